using CleanSync.Infrastructure.Configuration;

namespace CleanSync.Infrastructure.Mail;

/// <summary>The pages that a welcome mail leads to.</summary>
/// <param name="Site">The site's name as readers know it: its host.</param>
/// <param name="Login">Where to sign in.</param>
/// <param name="SetPassword">Where to ask for a link to set a password.</param>
internal sealed record WelcomePages(string Site, string Login, string SetPassword)
{
    /// <summary>The pages of WordPress, unless the settings name others.</summary>
    /// <param name="site">Settings that passed the validation.</param>
    public static WelcomePages Of(SiteOptions site)
    {
        var wordPress = Named(site.WordPress.Url) is { } url ? new Uri(url) : null;
        var login = Named(site.WelcomeMail.LoginUrl) ?? Page(wordPress!, "wp-login.php");
        var setPassword =
            Named(site.WelcomeMail.SetPasswordUrl) ?? Page(wordPress!, "wp-login.php?action=lostpassword");
        return new WelcomePages((wordPress ?? new Uri(login)).Host, login, setPassword);
    }

    private static string Page(Uri site, string page) => site.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/" + page;

    private static string? Named(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
