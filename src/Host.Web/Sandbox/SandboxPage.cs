using System.Collections.Immutable;
using System.Net;
using System.Reflection;
using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Sandbox;
using MediatR;

namespace CleanSync.Host.Web.Sandbox;

/// <summary>The page at <c>/</c> of a sandbox: contacts, users, queue and history, and what a person would do at either side.</summary>
internal static class SandboxPage
{
    private const int Shown = 50;

    /// <summary>
    /// Makes the whole host, whose key everybody knows, answer this machine only, and under its own names only: a name of somebody
    /// else that was pointed at this machine would let his page in the browser read and act here.
    /// </summary>
    public static void UseThisMachineOnly(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                if (
                    context.Connection.RemoteIpAddress is { } address
                    && IPAddress.IsLoopback(address)
                    && IsThisMachine(context.Request.Host.Host)
                )
                    return next(context);
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }
        );

    /// <summary>Maps the page and what it asks for.</summary>
    public static void MapSandboxPage(this WebApplication app)
    {
        // Asked for now, so that it is disposed of with the container, and after whatever is made later.
        app.Services.GetRequiredService<SandboxHost>();
        var page = Read("page.html");
        app.MapGet("/", () => Results.Content(page, "text/html; charset=utf-8"));
        app.MapGet("/sandbox/state", State);

        // A form of another site cannot send this header.
        var acts = app.MapGroup("/sandbox").AddEndpointFilter(FromThePage);
        acts.MapPost("/contacts", (SandboxHost sandbox, SandboxDetails details) => sandbox.Account.AddContact(details));
        acts.MapPost("/tag", (SandboxHost sandbox, Tagging act) => Tag(sandbox.Account, act, sandbox.Account.AddTag));
        acts.MapPost(
            "/untag",
            (SandboxHost sandbox, Tagging act) => Tag(sandbox.Account, act, sandbox.Account.RemoveTag)
        );
        acts.MapPost(
            "/retry",
            (IMediator mediator, Retrying act) => mediator.Send(new RetryParked(SandboxHost.Site, act.Contact))
        );
        acts.MapPost(
            "/login",
            (SandboxHost sandbox, SignIn act) => new { accepted = sandbox.Users.Login(act.Login, act.Password) }
        );
    }

    private static async Task<IResult> State(
        SandboxHost sandbox,
        IInbox inbox,
        IHistory history,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        var (account, fields) = (sandbox.Account, sandbox.Account.Fields());
        var rows = await inbox.Rows(SandboxHost.Site, Shown, cancellationToken);
        var entries = await history.Latest(SandboxHost.Site, Shown, cancellationToken);
        return Results.Json(
            new
            {
                accessKey = SandboxHost.AccessKey,
                contacts = account
                    .Contacts()
                    .Select(contact => new
                    {
                        contact.Id,
                        contact.Email,
                        contact.FirstName,
                        contact.LastName,
                        contact.Tags,
                        password = contact.Fields.GetValueOrDefault("WPPASSWORD", ""),
                        webhook = SandboxWebhook.Standard(contact, fields, contact.UpdatedAt),
                    }),
                users = sandbox.Users.All.Select(user => new
                {
                    user.Id,
                    user.Login,
                    user.Email,
                    user.Roles,
                    tags = (user.Tags ?? ImmutableHashSet<string>.Empty).Order(StringComparer.Ordinal),
                    values = user.Values.ToDictionary(
                        value => value.Key,
                        value => Words(value.Value),
                        StringComparer.Ordinal
                    ),
                }),
                queue = rows.Select(row => new
                {
                    row.Contact,
                    action = row.Request.Action.ToString(),
                    state = row.Parked is { } parked ? $"parked: {parked}"
                    : row.Claimed ? "working"
                    : row.Due > time.GetUtcNow() ? "waiting"
                    : "due",
                    row.Reason,
                }),
                history = entries.Select(entry => new
                {
                    entry.When,
                    entry.Contact,
                    action = entry.Action.ToString(),
                    entry.Outcome,
                    entry.Warnings,
                    milliseconds = (long)entry.Duration.TotalMilliseconds,
                }),
                mails = sandbox.Mail.Sent.Select(mail => new { mail.Email, mail.Login }),
                requests = account.Requests,
                refused = account.RequestsTooFast,
            }
        );
    }

    private static IResult Tag(SandboxAccount account, Tagging act, Action<long, string> tag)
    {
        if (account.Contact(act.Contact) is not { Deleted: false } || string.IsNullOrWhiteSpace(act.Tag))
            return Results.BadRequest();
        tag(act.Contact, act.Tag);
        return Results.Ok();
    }

    private static string Words(FieldContent content) =>
        content switch
        {
            FieldContent.Text text => text.Value,
            FieldContent.Items items => string.Join(", ", items.Values),
            _ => "",
        };

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static ValueTask<object?> FromThePage(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    ) =>
        context.HttpContext.Request.Headers.ContainsKey("X-Sandbox")
            ? next(context)
            : ValueTask.FromResult<object?>(Results.BadRequest());

    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(typeof(SandboxPage), name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private sealed record Tagging(long Contact, string Tag);

    private sealed record Retrying(long Contact);

    private sealed record SignIn(string Login, string Password);
}
