using System.Collections.Immutable;

namespace CleanSync.Domain.Tests;

/// <summary>Builders that read like the sentence of the test.</summary>
internal static class People
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The contact Ann, number 42.</summary>
    public static Contact Ann { get; } =
        new(42, "ann@example.test", "Ann", "Lee", "", "", Noon, Noon, [], Set("gold"), ReadAlone: false);

    /// <summary>Ann's account, right already.</summary>
    public static User AnnsUser { get; } =
        new(
            7,
            "ann",
            "ann@example.test",
            ["subscriber"],
            Set("read"),
            Values((UserTarget.FirstName, "Ann"), (UserTarget.LastName, "Lee")),
            Set("gold")
        );

    /// <summary>An administrator with Ann's email.</summary>
    public static User Admin { get; } =
        AnnsUser with
        {
            Roles = ["administrator"],
            Capabilities = Set("manage_options", "read"),
        };

    public static SiteRules Rules { get; } = new();

    public static SyncRequest Add { get; } = new(SyncAction.Add);

    public static SyncRequest Update { get; } = new(SyncAction.Update);

    public static SyncRequest UpdateTags { get; } = new(SyncAction.UpdateTags);

    /// <summary>The roles of an ordinary shop, with their capabilities.</summary>
    public static RoleBook Shop { get; } =
        Book(
            new Role("subscriber", "Subscriber", Set("read")),
            new Role("customer", "Customer", Set("read")),
            new Role("member", "Gold member", Set("read", "see_gold")),
            new Role("manager", "Boss", Set("read", "manage_options")),
            new Role("administrator", "Administrator", Set("read", "manage_options"))
        );

    /// <summary>The same roles on a site that does not tell capabilities.</summary>
    public static RoleBook Silent { get; } =
        Book([
            .. new[] { "subscriber", "contributor", "author", "customer", "member", "editor", "administrator" }.Select(
                slug => new Role(slug, slug, null)
            ),
        ]);

    public static ImmutableHashSet<string> Set(params string[] items) => [.. items];

    public static ImmutableDictionary<string, FieldContent> Values(params (string Target, string Text)[] values) =>
        values.ToImmutableDictionary(value => value.Target, value => FieldContent.Of(value.Text));

    public static RoleBook Book(params Role[] roles) =>
        new(
            roles
                .SelectMany(role =>
                    new[] { role.Slug, role.Title }.Select(name => KeyValuePair.Create(name, (Role?)role))
                )
                .DistinctBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase)
        );

    public static Sighting Seen(Contact contact) => new() { Contact = contact, Roles = Shop };

    public static Sighting LinkedTo(this Contact contact, User user) => Seen(contact) with { Linked = user };

    public static Sighting FoundAs(this Contact contact, params User[] users) =>
        Seen(contact) with
        {
            ByEmail = [.. users],
        };

    public static Contact Tagged(this Contact contact, params string[] tags) => contact with { Tags = Set(tags) };

    public static Contact Saying(this Contact contact, string tag, string value) =>
        contact with
        {
            Fields = [.. contact.Fields, new CustomField($"{contact.Fields.Count + 1}", tag, value)],
        };

    public static SyncRequest Naming(this SyncRequest request, string role) =>
        new(request.Action, role, request.SendNotification);

    public static FieldMapping Map(string target, string source, FieldKind kind = FieldKind.Text, bool clear = false) =>
        FieldMapping.Create(target, source, kind, clear, allowProtected: false, [], out var error)
        ?? throw new ArgumentException(error);

    public static SiteRules Mapping(this SiteRules rules, params FieldMapping[] mappings) =>
        rules with
        {
            Fields = SiteRules.DefaultFields(mappings),
        };

    /// <summary>The plan, which must be a change.</summary>
    public static UserPlan.Change Change(Sighting seen, SyncRequest request, SiteRules? rules = null) =>
        Assert.IsType<UserPlan.Change>(UserPlanner.Plan(seen, request, rules ?? Rules));

    /// <summary>The plan, which must be a creation.</summary>
    public static UserPlan.Create Creation(Sighting seen, SyncRequest? request = null, SiteRules? rules = null) =>
        Assert.IsType<UserPlan.Create>(UserPlanner.Plan(seen, request ?? Add, rules ?? Rules));

    /// <summary>What Ann's user has after a change, as text; null when the target is not written.</summary>
    public static string? Written(Contact contact, FieldMapping mapping, User? user = null) =>
        Change(contact.LinkedTo(user ?? AnnsUser), Update, Rules.Mapping(mapping))
            .Changes.Values.GetValueOrDefault(mapping.Target) switch
        {
            FieldContent.Text text => text.Value,
            FieldContent.Items items => string.Join('|', items.Values),
            _ => null,
        };

    public static string[] Codes(IEnumerable<Warning> warnings) => [.. warnings.Select(warning => warning.Code)];
}
