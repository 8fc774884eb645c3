using CleanSync.Domain;
using CleanSync.Infrastructure.ActiveCampaign;
using CleanSync.Infrastructure.Mail;
using CleanSync.Infrastructure.Sites;
using FluentValidation;

namespace CleanSync.Infrastructure.Configuration;

/// <summary>The rules of one site.</summary>
internal sealed class SiteOptionsValidator : AbstractValidator<SiteOptions>
{
    private const string PageRemedy = "write a whole address, for instance https://shop.example/login, or remove it";

    public SiteOptionsValidator(SmtpOptions smtp, string name, SiteAdapters adapters)
    {
        RuleFor(o => o).Custom((site, context) => AccessKeyRules.Check(site, adapters.HasWebhooks, context));
        if (adapters.Contacts(name) is null)
            CheckActiveCampaign();
        var ownUsers = adapters.Users(name) is not null;
        if (!ownUsers)
            CheckWordPress();
        CheckWebhook();
        CheckUsers();
        CheckGuard();
        CheckCatchUp();
        if (adapters.Mail(name) is null)
            CheckWelcomeMail(smtp, adapters.HasSmtp, ownUsers);
        CheckFields();
    }

    private void CheckActiveCampaign()
    {
        RuleFor(o => o.ActiveCampaign.Url)
            .Must(RemoteUrl.IsSafe)
            .WithMessage("write the API URL of the account, https://account.api-us1.com (http only to this machine)");
        RuleFor(o => o.ActiveCampaign.ApiToken)
            .NotEmpty()
            .WithMessage("set the API key from ActiveCampaign, Settings, Developer");
        RuleFor(o => o.ActiveCampaign.ApiToken)
            .Must(AccountHttp.IsToken)
            .When(o => !string.IsNullOrWhiteSpace(o.ActiveCampaign.ApiToken))
            .WithMessage("copy the API key once more: it has no blanks, line breaks or accents");
        RuleFor(o => o.ActiveCampaign.RequestsPerSecond)
            .Must(rate => rate is > 0 and <= 100)
            .WithMessage("write a number above 0, at most 100; ActiveCampaign allows 5");
    }

    private void CheckWordPress()
    {
        RuleFor(o => o.WordPress.Url)
            .Must(RemoteUrl.IsSafe)
            .WithMessage(
                "write the home URL, https://shop.example: passwords travel only over https (http only to this machine)"
            );
        RuleFor(o => o.WordPress.Username).NotEmpty().WithMessage("set the username of an administrator");
        RuleFor(o => o.WordPress.ApplicationPassword)
            .NotEmpty()
            .WithMessage("set an application password, made in WordPress under Users, Profile");
        RuleFor(o => o.WordPress.MaxConcurrency).InclusiveBetween(1, 16).WithMessage("write a number from 1 to 16");
        RuleFor(o => o.WordPress.Blog)
            .Must(blog => blog is null or > 0)
            .WithMessage("write the number of a blog of the network, above 0, or remove it");
    }

    private void CheckWebhook()
    {
        RuleFor(o => o.Webhook.Url)
            .Must(RemoteUrl.IsSafe)
            .When(o => !string.IsNullOrWhiteSpace(o.Webhook.Url))
            .WithMessage(
                "write the address of the webhook endpoint as seen from outside, https://sync.example/webhooks/activecampaign, "
                    + "without query: action and key are added (http only to this machine)"
            );
        RuleFor(o => o.Webhook.Url)
            .Must(url => new Uri(url!) is { Scheme: "http" } or { IsDefaultPort: true })
            .When(o => RemoteUrl.IsSafe(o.Webhook.Url))
            .WithMessage("remove the port: ActiveCampaign sends to port 443 only");
        RuleFor(o => o.Webhook.WarnAfterSilence)
            .Must(silence =>
                silence == TimeSpan.Zero || (silence >= TimeSpan.FromMinutes(1) && silence <= TimeSpan.FromDays(365))
            )
            .WithMessage("write a duration from 0.00:01:00 to 365.00:00:00, or 0 for never");
    }

    private void CheckUsers()
    {
        RuleFor(o => o.Roles.Default).NotEmpty().WithMessage("write the slug of a role, for instance subscriber");
        RuleFor(o => o.Roles.Default)
            .Must((site, role) => !IsPrivileged(site, role))
            .WithMessage(
                "this role has power over the site and is never given; write another, for instance subscriber"
            );
        RuleForEach(o => o.Roles.Allowed)
            .Must((site, role) => !IsPrivileged(site, role))
            .WithMessage("this role has power over the site and is never given; remove it");
        RuleFor(o => o.Password.UpdateExisting)
            .Must((site, _) => !string.IsNullOrWhiteSpace(site.Password.Field))
            .When(o => o.Password.UpdateExisting)
            .WithMessage(
                "there is no password to bring: name the contact field in Password:Field, or set this to false"
            );
        RuleFor(o => o.ReturnPassword.Field)
            .NotEmpty()
            .When(o => o.ReturnPassword.Enabled == true)
            .WithMessage(
                "name the contact field for the password, for instance %WPPASSWORD%, or set ReturnPassword:Enabled to false"
            );
        RuleFor(o => o.ReturnPassword.ClearAfterFirstLogin)
            .Must((site, _) => site.ReturnPassword.Enabled ?? !string.IsNullOrWhiteSpace(site.ReturnPassword.Field))
            .When(o => o.ReturnPassword.ClearAfterFirstLogin)
            .WithMessage(
                "no password is returned that could be emptied: name ReturnPassword:Field, or set this to false"
            );
    }

    private void CheckCatchUp()
    {
        RuleFor(o => o.CatchUp.Every)
            .Must(every => every == TimeSpan.Zero || every >= TimeSpan.FromMinutes(1))
            .WithMessage("write a time of a minute or more, for instance 00:15:00, or 00:00:00 to turn it off");
        RuleFor(o => o.CatchUp.Overlap)
            .InclusiveBetween(TimeSpan.Zero, TimeSpan.FromDays(1))
            .WithMessage("write a time of a day at most, for instance 01:00:00");
        RuleFor(o => o.CatchUp.Sweep)
            .Must(every => every == TimeSpan.Zero || every >= TimeSpan.FromHours(1))
            .WithMessage("write a time of an hour or more, for instance 1.00:00:00, or 00:00:00 to turn it off");
        RuleFor(o => o.CatchUp.AddRole)
            .Must((site, role) => string.IsNullOrWhiteSpace(role) || !IsPrivileged(site, role))
            .WithMessage(
                "this role has power over the site and is never given; write another, for instance subscriber"
            );
        RuleFor(o => o.CatchUp.AddRole)
            .Must(
                (site, role) => string.IsNullOrWhiteSpace(role) || !string.IsNullOrWhiteSpace(site.CatchUp.AddWithTag)
            )
            .WithMessage("nobody would get this role: name the tag in CatchUp:AddWithTag, or remove it");
        RuleFor(o => o.CatchUp.AddRole)
            .MaximumLength(60)
            .WithMessage("write a role's slug or title of at most 60 characters");
    }

    private void CheckGuard()
    {
        RuleFor(o => o.Tags.Guard.Users).GreaterThanOrEqualTo(0).WithMessage("write a number of users, 0 or more");
        RuleFor(o => o.Tags.Guard.Percent)
            .InclusiveBetween(0, 100)
            .WithMessage("write a percentage from 0 to 100; 100 turns the guard off");
    }

    private void CheckWelcomeMail(SmtpOptions smtp, bool hasSmtp, bool ownUsers)
    {
        When(
            o => o.WelcomeMail.Via == MailRoute.Smtp,
            () =>
            {
                RuleFor(o => o.WelcomeMail.Via)
                    .Must(_ => hasSmtp)
                    .WithMessage(
                        "this application has no way to a mail server: reference the package CleanSync.Smtp and call UseSmtp() after AddCleanSync, or write WordPress"
                    );
                RuleFor(o => o.WelcomeMail.Via)
                    .Must(_ => !string.IsNullOrWhiteSpace(smtp.Host) && !string.IsNullOrWhiteSpace(smtp.From))
                    .WithMessage(
                        $"set {CleanSyncOptions.Key}:Smtp:Host and {CleanSyncOptions.Key}:Smtp:From, or write WordPress"
                    );
                RuleFor(o => o.WelcomeMail.LoginUrl)
                    .Must(url => !ownUsers || !string.IsNullOrWhiteSpace(url))
                    .WithMessage("name the page where users sign in, for the mail's text");
                RuleFor(o => o.WelcomeMail.SetPasswordUrl)
                    .Must(url => !ownUsers || !string.IsNullOrWhiteSpace(url))
                    .WithMessage("name the page where users ask for a link to set their password, for the mail's text");
            }
        );
        RuleFor(o => o.WelcomeMail.LoginUrl).Must(IsPage).WithMessage(PageRemedy);
        RuleFor(o => o.WelcomeMail.SetPasswordUrl).Must(IsPage).WithMessage(PageRemedy);
        RuleFor(o => o.WelcomeMail.Template)
            .Custom(
                (template, context) =>
                {
                    if (WelcomeTemplate.Read(template, out var error) is null)
                        context.Fail("WelcomeMail:Template", error!, template);
                }
            );
    }

    private static bool IsPage(string? url) =>
        string.IsNullOrWhiteSpace(url)
        || Uri.TryCreate(url.Trim(), UriKind.Absolute, out var page) && page.Scheme is "https" or "http";

    private void CheckFields()
    {
        RuleFor(o => o)
            .Custom(
                (site, context) =>
                {
                    foreach (var field in site.Fields)
                        if (SiteOptionsRules.Map(site, field, out var error) is null)
                            context.Fail($"Fields:{field.Key}", error!, field.Value.From);
                    foreach (var same in site.Fields.Keys.GroupBy(key => key.Trim(), StringComparer.OrdinalIgnoreCase))
                        if (same.Count() > 1)
                            context.Fail(
                                $"Fields:{same.Last()}",
                                $"{same.First()} is the same target; remove one of them",
                                site.Fields[same.Last()].From
                            );
                    CheckOwnKey("Tags:MetaKey", site.Tags.MetaKey, site.Link.MetaKey, context);
                    CheckOwnKey("Link:MetaKey", site.Link.MetaKey, site.Tags.MetaKey, context);
                }
            );
    }

    // The keys that CleanSync writes itself obey the same deny-list as mapped ones.
    private static void CheckOwnKey(string place, string key, string other, ValidationContext<SiteOptions> context)
    {
        FieldMapping.Create(key, "email", FieldKind.Text, clear: false, allowProtected: true, [other], out var error);
        if (UserTarget.IsCore(key))
            error = "this is a core field; name a user meta key";
        if (error is not null)
            context.Fail(place, error, key);
    }

    private static bool IsPrivileged(SiteOptions site, string role) =>
        Privileges.IsPrivilegedEverywhere(role.Trim().Replace(' ', '_'))
        || site.Roles.Privileged.Contains(role.Trim(), StringComparer.OrdinalIgnoreCase);
}
