using System.Globalization;
using CleanSync.Infrastructure.Sandbox;

namespace CleanSync.Scenarios.Chaos;

/// <summary>
/// What happens at ActiveCampaign: people, tags and fields change, and a webhook about it is sent once and never again. All of it is drawn
/// from the seed before it begins.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="cluster">Who listens.</param>
/// <param name="people">Its contacts.</param>
/// <param name="domain">The domain of their emails.</param>
/// <param name="merges">How many percent of the steps are merges of two contacts.</param>
internal sealed class Storm(
    SandboxAccount account,
    Cluster cluster,
    IReadOnlyList<Person> people,
    string domain,
    int merges
)
{
    private static readonly string[] Roles = ["customer", "shop_lead", "subscriber"];
    private static readonly string[] Interests = ["", "||Yoga||", "||Running||", "||Yoga||Running||"];

    private int _accepted;
    private int _sent;

    public int Accepted => _accepted;
    public int Sent => _sent;

    /// <summary>Goes through so many steps; <paramref name="reached"/> is told the number of each.</summary>
    public async Task Rage(int steps, Dice dice, Func<int, Task> reached)
    {
        var drawn = Enumerable.Range(0, steps).Select(number => (Number: number, Random: dice.Next()));
        await Parallel.ForEachAsync(
            drawn.ToList(),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (step, cancellation) =>
            {
                // Else most webhooks would join one that waits already.
                await Task.Delay(TimeSpan.FromMilliseconds(step.Random.Next(100)), TimeProvider.System, cancellation);
                await Step(step.Random);
                await reached(step.Number);
            }
        );
    }

    /// <summary>Sends a webhook and takes down what became of it.</summary>
    public async Task<bool> Send(Random random, Person person, string action, string? role = null)
    {
        var at = TimeProvider.System.GetUtcNow();
        person.TagSets.Add(account.Contact(person.Id)!.Tags.ToHashSet());
        var accepted = await cluster.Webhook(random, action, person.Id, role);
        person.Sent(action, role, accepted, at);
        Interlocked.Increment(ref _sent);
        if (accepted)
            Interlocked.Increment(ref _accepted);
        return accepted;
    }

    private async Task Step(Random random)
    {
        var person = people[random.Next(people.Count)];
        var other = people[random.Next(people.Count)];
        var kind = random.Next(100);
        if (kind < merges && other != person)
            await Merge(random, person, other);
        else
            await One(random, person, kind);
    }

    private async Task One(Random random, Person person, int kind)
    {
        await person.Turn.WaitAsync();
        try
        {
            if (person.IsGone)
            {
                // A webhook that was under way, or that an automation sent all the same.
                await Send(random, person, "update");
                return;
            }
            if (kind == merges)
            {
                Gone(person);
                account.DeleteContact(person.Id);
                return;
            }
            var action =
                !person.MayBeAdded && random.Next(10) < 5
                    ? "add"
                    : random.Next(10) switch
                    {
                        0 => "add",
                        < 7 => "update",
                        _ => "update_tags",
                    };
            ChangeTags(random, person);
            if (action != "update_tags")
                ChangeFields(random, person);
            var role = action != "update_tags" && random.Next(4) == 0 ? Roles[random.Next(Roles.Length)] : null;
            await Send(random, person, action, role);
        }
        finally
        {
            person.Turn.Release();
        }
    }

    private void ChangeTags(Random random, Person person)
    {
        person.OwesTags = true;
        var has = account.Contact(person.Id)!.Tags;
        string[] taken =
            random.Next(20) == 0 ? [.. has]
            : has.Count > 0 && random.Next(3) == 0 ? [has[random.Next(has.Count)]]
            : [];
        foreach (var tag in taken)
        {
            account.RemoveTag(person.Id, tag);
            person.TagSets.Add(account.Contact(person.Id)!.Tags.ToHashSet());
        }
        if (taken.Length == 0)
            account.AddTag(person.Id, $"tag {random.Next(12)}");
    }

    private void ChangeFields(Random random, Person person)
    {
        if (random.Next(2) == 0)
            return;
        person.OwesFields = true;
        // Whoever changes before anybody has looked is not the one who had a user before.
        var email = person.Stranger is null && random.Next(12) == 0 ? NewEmail(random, person.Id) : null;
        if (email is not null)
            person.Emails.Add(email);
        account.EditContact(
            person.Id,
            new SandboxDetails
            {
                Email = email,
                FirstName = Text(random, "First"),
                LastName = Text(random, "Last"),
                Phone = Text(random, "+49 30"),
                Fields = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["MEMBERSHIPLEVEL"] = Text(random, "level"),
                    // Never emptied: an empty value does not overwrite (SPEC 2.8).
                    ["INTERESTS"] = Interests[random.Next(1, Interests.Length)],
                },
            }
        );
    }

    // The survivor keeps his email, or is given the other's: then the other's user becomes his, unless he has one already: then each keeps
    // his own.
    private async Task Merge(Random random, Person from, Person into)
    {
        // In this order, so that two merges do not wait for each other.
        Person[] both = from.Id < into.Id ? [from, into] : [into, from];
        foreach (var person in both)
            await person.Turn.WaitAsync();
        try
        {
            if (from.IsGone || into.IsGone)
                return;
            var takesEmail =
                random.Next(2) == 0
                && into is { Stranger: null, HasInherited: false }
                && from is { MayBeAdded: true, Stranger: null, MayHaveTwo: false };
            var email = account.Contact(from.Id)!.Email;
            Gone(from);
            from.MergedInto = into;
            account.MergeContact(from.Id, into.Id);
            into.OwesTags = true;
            if (takesEmail)
            {
                (into.Predecessor, into.MayHaveTwo, into.OwesFields) = (from, into.MayBeAdded, true);
                into.Emails.UnionWith(from.Emails);
                into.TagSets.AddRange(from.TagSets);
                into.Roles.UnionWith(from.Roles);
                account.EditContact(into.Id, new SandboxDetails { Email = email });
                await Send(random, from, "update");
            }
            await Send(random, into, "update");
        }
        finally
        {
            foreach (var person in both)
                person.Turn.Release();
        }
    }

    private static void Gone(Person person) => person.IsGone = true;

    private string NewEmail(Random random, long id) => $"c{id % 100000}.{Number(random)}@{domain}";

    private static string Text(Random random, string word) => $"{word} {Number(random)}";

    private static string Number(Random random) => random.Next(1_000_000).ToString(CultureInfo.InvariantCulture);
}
