using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Batching;
using CleanSync.Infrastructure.WordPress.Rest;

namespace CleanSync.Infrastructure.WordPress.Connector;

/// <summary>
/// Creates and changes users, up to a hundred a request. Creations go by themselves: each costs the site a password hash, which would hold up
/// changes that cost next to nothing.
/// </summary>
internal sealed class ConnectorChanges
{
    private readonly WordPressSite _site;
    private readonly Kept<ConnectorSite> _known;
    private readonly ConnectorUserJson _json;
    private readonly Lane _changes;
    private readonly Lane _creates;
    private volatile bool _hasLocks;

    public ConnectorChanges(
        ConnectorClient client,
        WordPressSite site,
        Kept<ConnectorSite> known,
        SitePace pace,
        TimeProvider time
    )
    {
        (_site, _known, _json) = (site, known, new ConnectorUserJson(site));
        _changes = new Lane(client, Route(RequestKind.Apply, () => true), pace, time);
        // Without a lock in the database two creations of one person might both come through.
        _creates = new Lane(client, Route(RequestKind.ApplyCreates, () => _hasLocks), pace, time);
    }

    /// <inheritdoc cref="IUsers.Create"/>
    public async Task<Creation> Create(UserDraft draft, CancellationToken cancellationToken)
    {
        _hasLocks = (await _known.Get(cancellationToken)).HasLocks;
        var (result, _) = await _creates.Ask(
            draft.Email.ToUpperInvariant(),
            () => ChangeJson.Create(draft),
            cancellationToken
        );
        string[] subjects = [.. draft.Values.Keys, draft.Role ?? ""];
        var user = result.Part("user") is { } json ? _json.Read(json) : null;
        return result.Text("status") switch
        {
            "created" when user is not null => new Creation.Created(user, ConnectorWarnings.Read(result, subjects)),
            // An earlier request of ours made him, and its answer was lost.
            "exists" when user is not null && IsOurs(user, draft) => new Creation.Created(
                user,
                ConnectorWarnings.Read(result, subjects)
            )
            {
                Existed = true,
            },
            "exists" => new Creation.Duplicate(Email: result.Text("by") is "email"),
            "login_refused" => new Creation.LoginRefused(),
            "email_refused" => new Creation.EmailRefused(),
            "password_refused" => new Creation.PasswordRefused(),
            _ => throw Other(result, "creation", unanswered: true),
        };
    }

    /// <inheritdoc cref="IUsers.Change"/>
    public async Task<ChangeReport> Change(long userId, UserChanges changes, CancellationToken cancellationToken)
    {
        var known = await _known.Get(cancellationToken);
        if (ChangeJson.Update(userId, changes, _site, known).Count <= 2)
            return new ChangeReport(false, []);
        var (result, _) = await _changes.Ask(
            userId,
            () => ChangeJson.Update(userId, changes, _site, known),
            cancellationToken
        );
        return result.Text("status") switch
        {
            "updated" or "unchanged" => new ChangeReport(
                false,
                ConnectorWarnings.Read(
                    result,
                    [.. changes.Values.Keys, .. changes.Roles ?? [], _site.TagsMetaKey, "tags", "link"]
                )
            ),
            "gone" => new ChangeReport(true, []),
            _ => throw Other(result, "change"),
        };
    }

    /// <inheritdoc cref="IUsers.SetPassword"/>
    public async Task<PasswordEnd> SetPassword(
        long userId,
        GeneratedPassword password,
        PasswordGuard guard,
        CancellationToken cancellationToken
    )
    {
        var (result, _) = await _changes.Ask(
            userId,
            () => ChangeJson.Password(userId, password, guard),
            cancellationToken
        );
        return result.Text("status") switch
        {
            "password_set" => PasswordEnd.Set,
            "password_kept" => PasswordEnd.Kept,
            "gone" => throw new PermanentException("wordpress: the user is gone"),
            _ => throw Other(result, "password"),
        };
    }

    /// <summary>Has WordPress's own mail sent to a new user, once.</summary>
    public async Task<MailEnd> Welcome(long userId, CancellationToken cancellationToken)
    {
        var (result, _) = await _changes.Ask(userId, () => ChangeJson.Welcome(userId), cancellationToken);
        return result.Text("status") switch
        {
            // Before: by a request of ours whose answer was lost.
            "welcomed" or "welcomed_before" => MailEnd.Sent,
            "refused" or "gone" => MailEnd.Refused,
            _ => MailEnd.NotSent,
        };
    }

    private LaneRoute Route(RequestKind kind, Func<bool> mayRepeat) =>
        new(
            "/users/apply",
            kind,
            "changes",
            () =>
                new JsonObject
                {
                    ["tags_key"] = _site.TagsMetaKey,
                    ["link_key"] = _site.LinkMetaKey,
                    ["seconds"] = KindPace.Seconds(kind),
                },
            mayRepeat
        );

    private static bool IsOurs(User user, UserDraft draft) =>
        draft.CreationToken.Length > 0
        && string.Equals(user.CreationToken, draft.CreationToken, StringComparison.Ordinal);

    private static Exception Other(JsonElement result, string what, bool unanswered = false) =>
        result.Text("status") is "refused"
            ? new PermanentException($"wordpress: the site refuses the {what} ({ConnectorWarnings.Code(result)})")
            : new TransientException($"wordpress: the answer to the {what} was not understood", unanswered: unanswered);
}
