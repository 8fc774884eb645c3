using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Infrastructure.Sandbox;

namespace CleanSync.Scenarios.Chaos;

/// <summary>A user as WordPress has him (tests/wordpress/users.php).</summary>
internal sealed record AuditedUser(
    long Id,
    string Login,
    string Email,
    string[] Roles,
    string FirstName,
    string LastName,
    string MembershipLevel,
    string BillingPhone,
    string[] Interests,
    string[] Tags,
    string[] Links,
    bool? LetsIn
);

/// <summary>
/// Compares both sides when all is done. Every difference is named, with ids and without values: one line each.
/// </summary>
internal sealed class Audit(
    SandboxAccount account,
    Store store,
    Cluster cluster,
    IReadOnlyList<Person> people,
    IReadOnlyCollection<DeliveredMail> mails,
    IReadOnlyCollection<ForwardedWrite> writes,
    bool revokes
)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    private readonly List<string> _differences = [];

    /// <summary>How many users there are.</summary>
    public int Users { get; private set; }

    /// <summary>How many outcomes history tells of.</summary>
    public int Ended { get; private set; }

    /// <summary>How many contacts are parked.</summary>
    public int Parked { get; private set; }

    /// <summary>How many generated passwords were tried.</summary>
    public int Passwords { get; private set; }

    /// <summary>How many writes overlapped with one that a host sent before it was ended: they could not know of it.</summary>
    public int OverlapsWithTheDead { get; private set; }

    /// <param name="site">The folder of WordPress.</param>
    /// <param name="above">Users with an id up to this are not ours.</param>
    /// <param name="linksInMeta">Whether users carry the contact's id.</param>
    /// <returns>All differences.</returns>
    public async Task<IReadOnlyList<string>> Run(string site, long above, bool linksInMeta)
    {
        var links = await store.Links();
        var history = (await store.History()).ToLookup(ending => ending.Contact);
        var rows = await store.Rows();
        var passwords = new JsonObject();
        foreach (var (contact, user) in links)
        {
            if (PasswordOf(people.Single(person => person.Id == contact)) is { } password)
                passwords[user.ToString(CultureInfo.InvariantCulture)] = password;
        }
        var users = (await Ask(site, new JsonObject { ["above"] = above, ["passwords"] = passwords }))!;
        (Users, Passwords, Ended) = (users.Count, passwords.Count, history.Sum(endings => endings.Count()));
        Parked = rows.Count(row => row.Parked);

        foreach (var row in rows)
            CheckRow(row, links);
        foreach (var twins in users.GroupBy(user => user.Email.ToUpperInvariant()).Where(group => group.Count() > 1))
            Differ($"users {string.Join(", ", twins.Select(user => user.Id))} have one email");
        foreach (var twins in links.GroupBy(link => link.Value).Where(group => group.Count() > 1))
            Differ($"user {twins.Key} belongs to contacts {string.Join(", ", twins.Select(link => link.Key))}");
        var byId = users.ToDictionary(user => user.Id);
        var owned = links.Values.Concat(people.Select(person => person.Stranger ?? 0)).ToHashSet();
        foreach (var user in users.Where(user => !owned.Contains(user.Id)))
            Differ($"user {user.Id} belongs to no contact");
        var applied = await store.Applied();
        foreach (var person in people)
            Check(
                person,
                applied,
                links.TryGetValue(person.Id, out var id) ? byId.GetValueOrDefault(id) : null,
                history,
                rows.Exists(row => row.Contact == person.Id && row.Parked),
                EmailStays(person),
                linksInMeta
            );

        // With the user of the contact that was merged into this one, which has another.
        bool EmailStays(Person person) =>
            person.Predecessor is { } gone
            && links.TryGetValue(gone.Id, out var theirs)
            && theirs != links.GetValueOrDefault(person.Id)
            && byId.TryGetValue(theirs, out var user)
            && string.Equals(user.Email, account.Contact(person.Id)!.Email, StringComparison.OrdinalIgnoreCase);
        foreach (var link in links.Where(link => !byId.ContainsKey(link.Value)))
            Differ($"contact {link.Key}: its user {link.Value} does not exist");
        CheckMails(users, links, history);
        CheckOverlaps(links);
        return _differences;
    }

    private void Differ(string what) => _differences.Add(what);

    private void CheckRow(Unfinished row, Dictionary<long, long> links)
    {
        if (!row.Parked)
            Differ(
                $"contact {row.Contact}: {(row.Claimed ? "claimed" : "waiting")} after {row.Attempts} attempts ({row.Reason})"
            );
        else if (row.Reason != "parked(conflict)" || !SurvivorHasAnother(row.Contact, links))
            Differ($"contact {row.Contact}: parked ({row.Reason}), user {links.GetValueOrDefault(row.Contact)}");
    }

    // Two contacts with a user each were merged, and the survivor took the other's email: a person has to choose.
    private bool SurvivorHasAnother(long contact, Dictionary<long, long> links) =>
        people.Single(person => person.Id == contact).MergedInto is { } survivor
        && links.TryGetValue(survivor.Id, out var theirs)
        && theirs != links.GetValueOrDefault(contact);

    private void Check(
        Person person,
        HashSet<long> applied,
        AuditedUser? user,
        ILookup<long, Ending> history,
        bool parked,
        bool emailStays,
        bool linksInMeta
    )
    {
        var contact = account.Contact(person.Id)!;
        var endings = history[person.Id].ToList();
        var who = $"contact {person.Id}, user {user?.Id.ToString(CultureInfo.InvariantCulture) ?? "none"}";
        if (person.AcceptedAt is { } accepted && !endings.Exists(ending => ending.At >= accepted))
            Differ($"{who}: history tells of no end after the last accepted webhook");
        if (user is null)
        {
            if (person is { IsAdded: true, IsGone: false } && !parked)
                Differ($"{who}: added, and there is none");
            return;
        }
        if (!person.MayBeAdded && person is { Stranger: null, HasInherited: false })
            Differ($"{who}: never added");
        if (person.Stranger is { } stranger && stranger != user.Id)
            Differ($"{who}: the contact's email had user {stranger}");
        if (person.IsGone)
        {
            // Of a conflict a person decides whom the user belongs to, and so who is owed the mail.
            if (!parked)
                CheckWelcome(who, person, user, history);
            // A contact may go between the creation of its user and the writing of the tags.
            var unfinished = user.Tags is [] && (revokes || !applied.Contains(person.Id));
            if (!unfinished && !person.TagSets.Append(contact.Tags.ToHashSet()).Any(set => set.SetEquals(user.Tags)))
                Differ($"{who}: gone, and the user has tags that the contact never had");
            return;
        }
        Same(who, "tags", contact.Tags.Order(), user.Tags.Order());
        if (!emailStays)
            Same(who, "email", contact.Email, user.Email);
        // An empty value does not overwrite what another contact has left.
        if (!person.HasInherited || contact.Phone.Length > 0)
            CheckFields(who, contact, user);
        if (user.Roles is not [var role] || !person.Roles.Contains(role))
            Differ($"{who}: has {string.Join("+", user.Roles)} instead of {string.Join(" or ", person.Roles)}");
        if (linksInMeta)
            Same(who, "link", [person.Id.ToString(CultureInfo.InvariantCulture)], user.Links);
        CheckWelcome(who, person, user, history);
        CheckPassword(who, person, contact, user, history);
    }

    private void CheckFields(string who, SandboxContact contact, AuditedUser user)
    {
        Same(who, "first name", contact.FirstName, user.FirstName);
        Same(who, "last name", contact.LastName, user.LastName);
        Same(who, "phone", contact.Phone, user.BillingPhone);
        Same(who, "level", contact.Fields.GetValueOrDefault("MEMBERSHIPLEVEL", ""), user.MembershipLevel);
        var interests = contact.Fields.GetValueOrDefault("INTERESTS", "");
        Same(who, "interests", interests.Split("||", StringSplitOptions.RemoveEmptyEntries), user.Interests);
    }

    private void CheckWelcome(string who, Person person, AuditedUser user, ILookup<long, Ending> history)
    {
        if (
            person.Stranger is null
            && mails.All(mail => mail.Login != user.Login)
            && !Warned(person, history, "welcome_mail")
        )
            Differ($"{who}: no welcome mail, and history does not say why");
    }

    private void CheckPassword(
        string who,
        Person person,
        SandboxContact contact,
        AuditedUser user,
        ILookup<long, Ending> history
    )
    {
        var returned = PasswordOf(person);
        if (person.Stranger is not null)
        {
            if (returned is not null)
                Differ($"{who}: existed, and was given a password");
            return;
        }
        if (returned is not null && user.LetsIn != true)
            Differ($"{who}: the returned password does not let him in");
        // A contact that has gone just now cannot be told.
        if (returned is null && !(person.HasInherited && Warned(person, history, "password_not_returned")))
            Differ($"{who}: no password was returned");
        if (!person.HasInherited)
            Same(who, "returned username", user.Login, contact.Fields.GetValueOrDefault("WPLOGIN", ""));
    }

    private static bool Warned(Person? person, ILookup<long, Ending> history, string code) =>
        person is not null
        && (
            history[person.Id]
                .Any(ending => ending.Warnings.Any(warning => warning.StartsWith(code, StringComparison.Ordinal)))
            || Warned(person.Predecessor, history, code)
        );

    // The one that was returned to it, else to the contact whose user it may have taken over.
    private string? PasswordOf(Person? person) =>
        person is null ? null
        : account.Contact(person.Id)!.Fields.TryGetValue("WPPASSWORD", out var password) && password.Length > 0
            ? password
        : PasswordOf(person.Predecessor);

    // By the user, and not by the address: the emails of a contact that was merged into another may have been those of a user who was left
    // to nobody.
    private void CheckMails(List<AuditedUser> users, Dictionary<long, long> links, ILookup<long, Ending> history)
    {
        var byLogin = users.ToDictionary(user => user.Login);
        foreach (var sent in mails.GroupBy(mail => mail.Login))
        {
            if (!byLogin.TryGetValue(sent.Key, out var user))
            {
                Differ("a welcome mail for a user who does not exist");
                continue;
            }
            var contacts = people.Where(person => links.GetValueOrDefault(person.Id) == user.Id).ToList();
            if (people.Any(person => person.Stranger == user.Id))
                Differ($"user {user.Id}: existed, and was given a welcome");
            if (sent.Count() > 1)
            {
                var endings = contacts.SelectMany(person => history[person.Id]).Select(ending => ending.Outcome);
                Differ($"user {user.Id}: {sent.Count()} welcome mails; {string.Join(", ", endings)}");
            }
            if (sent.Any(mail => !contacts.Exists(person => person.Emails.Contains(mail.To))))
                Differ($"user {user.Id}: a welcome mail went to an address that his contact never had");
        }
    }

    // Two writes for one person at a time, unless one is what a host sent before it was ended.
    private void CheckOverlaps(Dictionary<long, long> links)
    {
        var emails = people
            .Where(person => links.ContainsKey(person.Id))
            .SelectMany(person => person.Emails.Select(email => (Email: email, User: links[person.Id])))
            .DistinctBy(pair => pair.Email, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(pair => pair.Email, pair => pair.User, StringComparer.OrdinalIgnoreCase);
        var byUser = writes
            .SelectMany(write => Subjects(write).Distinct().Select(user => (User: user, Write: write)))
            // Whose link another contact has taken since.
            .Where(pair => pair.User != 0)
            .ToLookup(pair => pair.User, pair => pair.Write);
        foreach (var user in byUser)
        {
            var ordered = user.OrderBy(write => write.Start).ToList();
            for (var i = 1; i < ordered.Count; i++)
            {
                var later = ordered[i];
                foreach (var earlier in ordered.Take(i).Where(earlier => earlier.End > later.Start))
                {
                    if (cluster.Ended(earlier.Node, earlier.Start, later.Start))
                        OverlapsWithTheDead++;
                    else
                        Differ(
                            $"user {user.Key}: a write of node {earlier.Node} ({earlier.Start:mm:ss.fff} to {earlier.End:mm:ss.fff})"
                                + $" and one of node {later.Node} ({later.Start:mm:ss.fff} to {later.End:mm:ss.fff}) overlap"
                        );
                }
            }
        }

        IEnumerable<long> Subjects(ForwardedWrite write)
        {
            if (write.Path.Contains("/users/find", StringComparison.Ordinal))
                yield break;
            var body = JsonNode.Parse(write.Body)!;
            if (body["changes"] is JsonArray changes)
            {
                foreach (var change in changes)
                    yield return change!["id"] is { } id ? (long)id : links.GetValueOrDefault((long)change["link"]!);
            }
            else if (body["requests"] is JsonArray requests)
            {
                foreach (var request in requests)
                    yield return UserIn((string)request!["path"]!);
            }
            else if (body["email"] is { } email && UserIn(write.Path) == 0)
                yield return emails.GetValueOrDefault((string)email!);
            else
                yield return UserIn(write.Path);
        }
    }

    private static long UserIn(string path)
    {
        var digits = path.Split("/users/").Last().TakeWhile(char.IsAsciiDigit);
        return long.TryParse(string.Concat(digits), CultureInfo.InvariantCulture, out var id) ? id : 0;
    }

    private void Same(string who, string what, string contact, string user)
    {
        var equal = string.Equals(
            contact,
            user,
            what == "email" ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal
        );
        if (!equal)
            Differ($"{who}: {what} is '{user}' instead of '{contact}'");
    }

    private void Same(string who, string what, IEnumerable<string> contact, IEnumerable<string> user) =>
        Same(who, what, string.Join('|', contact), string.Join('|', user));

    private static async Task<List<AuditedUser>> Ask(string site, JsonObject question)
    {
        var start = new ProcessStartInfo(
            "php",
            [Path.Combine(HostProcess.Root, "tests", "wordpress", "users.php"), Path.Combine(site, "www")]
        )
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var php = Process.Start(start)!;
        await php.StandardInput.WriteAsync(question.ToJsonString());
        php.StandardInput.Close();
        var answer = await php.StandardOutput.ReadToEndAsync();
        await php.WaitForExitAsync();
        return JsonSerializer.Deserialize<List<AuditedUser>>(answer, Json)
            ?? throw new InvalidDataException("php users.php answered nothing");
    }
}
