using CleanSync.Domain;

namespace CleanSync.Infrastructure.Configuration;

/// <summary>One site: an ActiveCampaign account, a WordPress site, and the rules between them.</summary>
public sealed class SiteOptions
{
    /// <summary>
    /// The keys that webhooks of this site carry, each of at least 128 bits; make them with <c>key new</c>. Two at once allow a
    /// change without a gap. May be <c>file:/path</c>.
    /// </summary>
    [Secret]
    public IList<string> AccessKeys { get; } = [];

    /// <summary>Shorter keys taken over from WP Fusion, at least 8 characters. Accepted, but replace them soon.</summary>
    [Secret]
    public IList<string> LegacyAccessKeys { get; } = [];

    /// <summary>The ActiveCampaign account.</summary>
    public ActiveCampaignOptions ActiveCampaign { get; set; } = new();

    /// <summary>The webhook that the account sends to this host.</summary>
    public WebhookOptions Webhook { get; set; } = new();

    /// <summary>The WordPress site.</summary>
    public WordPressOptions WordPress { get; set; } = new();

    /// <summary>Which roles users get.</summary>
    public RoleOptions Roles { get; set; } = new();

    /// <summary>What may be written on privileged users. Default <see cref="PrivilegedUserPolicy.TagsAndMeta"/>.</summary>
    public PrivilegedUserPolicy PrivilegedUsers { get; set; } = PrivilegedUserPolicy.TagsAndMeta;

    /// <summary>How usernames are made.</summary>
    public UsernameOptions Username { get; set; } = new();

    /// <summary>Where passwords come from.</summary>
    public PasswordOptions Password { get; set; } = new();

    /// <summary>Whether generated passwords go back to the contact.</summary>
    public ReturnPasswordOptions ReturnPassword { get; set; } = new();

    /// <summary>Whether and how created users are welcomed.</summary>
    public WelcomeMailOptions WelcomeMail { get; set; } = new();

    /// <summary>Where tags are kept on the user.</summary>
    public TagOptions Tags { get; set; } = new();

    /// <summary>Where the contact id is kept on the user.</summary>
    public LinkOptions Link { get; set; } = new();

    /// <summary>How the site catches up on what no webhook told.</summary>
    public CatchUpOptions CatchUp { get; set; } = new();

    /// <summary>Whether plans are made and told in the history, but not carried out. Default false.</summary>
    public bool DryRun { get; set; }

    /// <summary>
    /// The field mapping: for each target, a core field or user meta key, the contact's value that goes there. <c>user_email</c>,
    /// <c>first_name</c> and <c>last_name</c> need not be named.
    /// </summary>
    public IDictionary<string, FieldOptions> Fields { get; } =
        new SortedDictionary<string, FieldOptions>(StringComparer.Ordinal);
}

/// <summary>The ActiveCampaign account of a site.</summary>
public sealed class ActiveCampaignOptions
{
    /// <summary>The API URL of the account, <c>https://account.api-us1.com</c>.</summary>
    public string? Url { get; set; }

    /// <summary>An API token of the account. May be <c>file:/path</c>.</summary>
    [Secret]
    public string? ApiToken { get; set; }

    /// <summary>How many requests a second the account gets from this host at most, 1 to 100. The vendor allows 5. Default 5.</summary>
    public int RequestsPerSecond { get; set; } = 5;
}

/// <summary>The webhook that the account sends to this host, and whether it is looked after.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// The address of the webhook endpoint as seen from outside, without query: <c>https://sync.example/webhooks/activecampaign</c>. The
    /// webhook commands need it; while it is set, the host looks every hour whether the webhook is still there. Default none.
    /// </summary>
    public string? Url { get; set; }

    /// <summary>
    /// After how long without any webhook a warning is given while <see cref="Url"/> is set; 1 minute to 365 days, 0 for never. Default a day.
    /// </summary>
    public TimeSpan WarnAfterSilence { get; set; } = TimeSpan.FromDays(1);
}

/// <summary>The WordPress site.</summary>
public sealed class WordPressOptions
{
    /// <summary>The home URL of the site.</summary>
    public string? Url { get; set; }

    /// <summary>The username of an administrator.</summary>
    public string? Username { get; set; }

    /// <summary>An application password of that user. May be <c>file:/path</c>.</summary>
    [Secret]
    public string? ApplicationPassword { get; set; }

    /// <summary>How many requests may run at once at most, 1 to 16. Fewer run while the site is slow. Default 2.</summary>
    public int MaxConcurrency { get; set; } = 2;

    /// <summary>
    /// The number of a blog of a network, above 0. Needs the connector. Default none: the site that the URL belongs to.
    /// </summary>
    public int? Blog { get; set; }
}

/// <summary>Which roles users get.</summary>
public sealed class RoleOptions
{
    /// <summary>The role of new users when neither URL nor field names one, as slug. Default <c>subscriber</c>.</summary>
    public string Default { get; set; } = "subscriber";

    /// <summary>The contact field that names a role, as personalization tag or id. Default none.</summary>
    public string? Field { get; set; }

    /// <summary>Whether a named role replaces the roles of an existing user or is added. Default <see cref="RoleChange.Replace"/>.</summary>
    public RoleChange OnExistingUser { get; set; } = RoleChange.Replace;

    /// <summary>Slugs of roles that a field may name, and that may be given though the site does not tell their capabilities. Default none.</summary>
    public IList<string> Allowed { get; } = [];

    /// <summary>Roles or capabilities of this site that are privileged besides those of WordPress. Default none.</summary>
    public IList<string> Privileged { get; } = [];
}

/// <summary>How usernames are made.</summary>
public sealed class UsernameOptions
{
    /// <summary>The form of a generated username. Default <see cref="UsernameFormat.Email"/>.</summary>
    public UsernameFormat Format { get; set; } = UsernameFormat.Email;

    /// <summary>The contact field that holds the username of a new user. Default none.</summary>
    public string? Field { get; set; }
}

/// <summary>Where passwords come from.</summary>
public sealed class PasswordOptions
{
    /// <summary>The contact field that holds a new user's password. Default none: one is generated.</summary>
    public string? Field { get; set; }

    /// <summary>
    /// Whether a newer value of the field changes the password of existing users who are not privileged. Needs the connector. Default false.
    /// </summary>
    public bool UpdateExisting { get; set; }
}

/// <summary>Whether generated passwords go back to the contact.</summary>
public sealed class ReturnPasswordOptions
{
    /// <summary>Whether the password is returned. Default on as soon as <see cref="Field"/> is set.</summary>
    public bool? Enabled { get; set; }

    /// <summary>The contact field for the password, as personalization tag or id. Default none.</summary>
    public string? Field { get; set; }

    /// <summary>The contact field for the username as WordPress stored it. Default none.</summary>
    public string? UsernameField { get; set; }

    /// <summary>Whether <see cref="Field"/> is emptied after the user's first login. Needs the connector. Default false.</summary>
    public bool ClearAfterFirstLogin { get; set; }
}

/// <summary>Who sends the welcome mail.</summary>
public enum MailRoute
{
    /// <summary>WordPress, with its set-password mail.</summary>
    WordPress,

    /// <summary>This host, through the mail server.</summary>
    Smtp,
}

/// <summary>Whether and how created users are welcomed.</summary>
public sealed class WelcomeMailOptions
{
    /// <summary>Whether a mail is sent when the webhook does not say. Default false.</summary>
    public bool Send { get; set; }

    /// <summary>Who sends it. Default <see cref="MailRoute.WordPress"/>.</summary>
    public MailRoute Via { get; set; } = MailRoute.WordPress;

    /// <summary>
    /// For <see cref="MailRoute.Smtp"/>: the text of the mail, or the path of a file that holds it, with the placeholders <c>{{login}}</c>,
    /// <c>{{first_name}}</c>, <c>{{login_url}}</c>, <c>{{set_password_url}}</c> and <c>{{site}}</c>; a first line <c>Subject: ...</c> is the
    /// subject, and a text that begins with <c>&lt;</c> is HTML. Default a short text of CleanSync's own.
    /// </summary>
    /// <remarks>See <see cref="Mail.WelcomeTemplate"/>.</remarks>
    public string? Template { get; set; }

    /// <summary>The page to sign in, for the mail's text. Needed where users are kept elsewhere. Default that of the WordPress site.</summary>
    public string? LoginUrl { get; set; }

    /// <summary>
    /// The page where a user asks for a link to set his password, for the mail's text. Needed where users are kept elsewhere. Default that of the
    /// WordPress site.
    /// </summary>
    public string? SetPasswordUrl { get; set; }
}

/// <summary>Where tags are kept on the user.</summary>
public sealed class TagOptions
{
    /// <summary>The user meta key that holds the tags. Default <c>activecampaign_tags</c>.</summary>
    public string MetaKey { get; set; } = "activecampaign_tags";

    /// <summary>Whether the site registers that key so that users cannot write it themselves. Default false.</summary>
    public bool Protected { get; set; }

    /// <summary>What happens to the tags when the contact is gone. Default <see cref="GonePolicy.Keep"/>.</summary>
    public GonePolicy WhenGone { get; set; } = GonePolicy.Keep;

    /// <summary>When the site is paused because too many users would lose their tags, their contact or their email.</summary>
    public GuardOptions Guard { get; set; } = new();
}

/// <summary>How many users may lose the same thing within an hour: the site is paused when both numbers are passed.</summary>
public sealed class GuardOptions
{
    /// <summary>How many users; 0 or more. Default 20.</summary>
    public int Users { get; set; } = 20;

    /// <summary>How many percent of the users planned in that hour; 0 to 100, where 100 turns the guard off. Default 20.</summary>
    public int Percent { get; set; } = 20;
}

/// <summary>Where the contact id is kept on the user.</summary>
public sealed class LinkOptions
{
    /// <summary>
    /// The user meta key that holds the contact id. The connector finds users by it; without, it is a copy for other plugins to read,
    /// written where the site registers it. Default <c>activecampaign_contact_id</c>.
    /// </summary>
    public string MetaKey { get; set; } = "activecampaign_contact_id";
}

/// <summary>How a site catches up on what no webhook told.</summary>
public sealed class CatchUpOptions
{
    /// <summary>How often the contacts that changed are looked for: a minute or more, or 0 to turn it off. Default 15 minutes.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How far before the last time it looks; a day at most. Default an hour.</summary>
    public TimeSpan Overlap { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How often every linked user is looked through: an hour or more, or 0 to turn it off. Default a day.</summary>
    public TimeSpan Sweep { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The tag whose contacts become users even when no webhook says so. Default none.</summary>
    public string? AddWithTag { get; set; }

    /// <summary>The role that those users get, as slug or title, at most 60 characters. Default what the site's roles say.</summary>
    public string? AddRole { get; set; }
}
