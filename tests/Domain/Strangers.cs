using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

/// <summary>A text as somebody with bad intentions, or a bad import, fills it in.</summary>
public sealed record OddText(string Value);

/// <summary>A contact whose every text is odd, with a valid email most of the time.</summary>
public sealed record OddContact(Contact Contact);

/// <summary>Everything that a plan is made of, as odd as can be.</summary>
public sealed record OddCase(Sighting Seen, SyncRequest Request, SiteRules Rules);

/// <summary>Generators of odd texts, contacts and cases.</summary>
public static class Strangers
{
    private static readonly string[] Scraps =
    [
        "<",
        ">",
        "<b>",
        "</b>",
        "< b >",
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<img src=x onerror=alert(1)",
        "\"",
        "'",
        "&",
        "&amp;",
        "&lt;",
        "&#60;",
        "&#x3c;",
        "&gt;",
        "&amp;amp;lt;",
        "&copy;",
        "&nbsp;",
        "&#0;",
        "&#xd800;",
        "&bogus;",
        "&#39",
        "amp;",
        "%",
        "%4",
        "%41",
        "41",
        "+",
        "\\",
        "0",
        "\0",
        "\a",
        "\v",
        "\r\n",
        "\n",
        "\t",
        " ",
        "\u00a0",
        "\u200b",
        "\u202e",
        "\ufeff",
        "\u00e9",
        "e\u0301",
        "\u00df",
        "\u65e5\u672c",
        "\ud83d\ude00",
        "\ud800",
        "\udc00",
        "|",
        "||",
        "a",
        "Ann",
        "administrator",
        "@",
        ".",
        "-",
        "_",
        "http://",
        "https://x.test/",
        "javascript:",
        "example.test",
        "2026-02-28",
        "0000-00-00",
        "12.5",
    ];

    private static readonly string[] RoleNames =
    [
        "subscriber",
        "customer",
        "member",
        "Gold member",
        "administrator",
        "ADMINISTRATOR",
        "Administrator ",
        "editor",
        "shop_manager",
        "keeper",
        "Boss",
        "",
        "pirate",
    ];

    private static readonly string[] CapabilityNames =
    [
        .. Privileges.Capabilities,
        "read",
        "see_gold",
        "Manage_Options",
        "own_power",
    ];

    public static Gen<string> Text { get; } =
        Gen.OneOf(
            Gen.ListOf(Gen.Elements(Scraps)).Select(string.Concat),
            ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""),
            from text in Gen.Elements(Scraps)
            from times in Gen.Choose(50, 400)
            select string.Concat(Enumerable.Repeat(text, times))
        );

    private static readonly Gen<string> Mail = Gen.OneOf(
        Gen.Elements("ann@example.test", "Ann@Example.test", " ann+x@example.test ", new string('a', 95) + "@x.test"),
        Gen.Elements("0@x.test", ".....@x.test", "''''''@x.test", "1234567890@12345.67"),
        Text
    );

    private static readonly Gen<ImmutableHashSet<string>> Tags = Gen.SubListOf(
            "gold",
            "",
            " ",
            "a&b",
            "<b>",
            "\ud800",
            "c"
        )
        .Select(tags => tags.ToImmutableHashSet());

    private static readonly Gen<Contact> Contacts =
        from mail in Mail
        from texts in Gen.ListOf(Text, 9)
        from role in Gen.OneOf(Gen.Elements(RoleNames), Text)
        from tags in Tags
        from set in Gen.Elements<DateTimeOffset?>(null, Noon, Noon.AddDays(1))
        from alone in Gen.Elements(true, false)
        select new Contact(
            42,
            mail,
            texts[0],
            texts[1],
            texts[2],
            texts[3],
            null,
            null,
            [
                new("1", "ROLE", role),
                new("2", "A", texts[4]),
                new("3", "B", texts[5]),
                new("4", "C", texts[6]),
                new("5", "D", texts[7]),
                new("6", "PW", texts[8], set),
            ],
            tags,
            alone
        );

    private static readonly Gen<Role?> Roles =
        from slug in Gen.Elements(RoleNames)
        from title in Gen.OneOf(Gen.Elements(RoleNames), Text)
        from known in Gen.Elements(true, false)
        from capabilities in Gen.SubListOf(CapabilityNames)
        from nobody in Gen.Frequency((6, Gen.Constant(false)), (1, Gen.Constant(true)))
        select nobody ? null : new Role(slug, title, known ? capabilities.ToHashSet() : null);

    // Any name may stand for any role, but a site has one role of a slug.
    private static readonly Gen<RoleBook> Books =
        from roles in Gen.ListOf(Roles, RoleNames.Length)
        let registered = roles
            .OfType<Role>()
            .GroupBy(role => role.Slug)
            .ToDictionary(same => same.Key, same => same.First())
        select new RoleBook(
            RoleNames
                .Zip(roles, (name, role) => KeyValuePair.Create(name, role is null ? null : registered[role.Slug]))
                .DistinctBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase)
        );

    private static readonly Gen<SiteRules> AllRules =
        from standard in Gen.Elements(RoleNames)
        from field in Gen.Elements(null, "%ROLE%", "A", "firstName")
        from onExisting in Gen.Elements(Enum.GetValues<RoleChange>())
        from allowed in Gen.SubListOf(RoleNames)
        from own in Gen.SubListOf("keeper", "own_power", "Boss")
        from users in Gen.Elements(Enum.GetValues<PrivilegedUserPolicy>())
        from format in Gen.Elements(Enum.GetValues<UsernameFormat>())
        from login in Gen.Elements(null, "A", "firstName")
        from password in Gen.Elements(null, "PW")
        from update in Gen.Elements(true, false)
        from fields in Gen.SubListOf(Mappings)
        select new SiteRules
        {
            DefaultRole = standard,
            RoleField = field,
            OnExistingUser = onExisting,
            AllowedRoles = allowed.ToHashSet(),
            Privileged = own.ToHashSet(),
            PrivilegedUsers = users,
            UsernameFormat = format,
            UsernameField = login,
            PasswordField = password,
            UpdateExistingPassword = update,
            Fields = SiteRules.DefaultFields(fields),
        };

    private static readonly Gen<User> Users =
        from id in Gen.Choose(1, 3)
        from mail in Gen.Elements("ann@example.test", "old@example.test")
        from roles in Gen.SubListOf(RoleNames)
        from capabilities in Gen.SubListOf(CapabilityNames)
        from ordinary in Gen.Elements(true, false)
        from tags in Tags
        from member in Gen.Frequency((4, Gen.Constant(true)), (1, Gen.Constant(false)))
        from elsewhere in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new User(
            id,
            "ann",
            mail,
            ordinary ? ["subscriber"] : [.. roles],
            ordinary ? Set("read") : capabilities.ToHashSet(),
            Values((UserTarget.FirstName, "Ann"), ("text", "old"), ("list", "old")),
            tags
        )
        {
            IsMember = member,
            IsPrivileged = elsewhere,
        };

    public static IEnumerable<FieldMapping> Mappings { get; } =
    [
        Map(UserTarget.DisplayName, "A", clear: true),
        Map(UserTarget.Nickname, "B", clear: true),
        Map(UserTarget.FirstName, "lastName", FieldKind.Html, clear: true),
        Map(UserTarget.Description, "C", clear: true),
        Map(UserTarget.Url, "D", clear: true),
        Map("text", "A", clear: true),
        Map("text", "B"),
        Map("list", "B", FieldKind.List, clear: true),
        Map("date", "C", FieldKind.Date),
        Map("moment", "D", FieldKind.DateTime),
        Map("number", "A", FieldKind.Number),
        Map("box", "B", FieldKind.Checkbox, clear: true),
        Map("address", "email"),
    ];

    public static Arbitrary<OddText> OddTexts() => Text.Select(text => new OddText(text)).ToArbitrary();

    public static Arbitrary<OddContact> OddContacts() =>
        Contacts.Select(contact => new OddContact(contact)).ToArbitrary();

    public static Arbitrary<OddCase> OddCases() =>
        (
            from contact in Contacts
            from book in Books
            from rules in AllRules
            from linked in Gen.OneOf(Users.Select(user => (User?)user), Gen.Constant<User?>(null))
            from others in Gen.ListOf(Users, 1)
            from found in Gen.Elements(true, false)
            from carriers in Gen.SubListOf(others.ToArray())
            from applied in Gen.Elements<DateTimeOffset?>(null, Noon)
            from compares in Gen.Elements(true, false)
            from owner in Gen.Elements(Enum.GetValues<UserOwner>())
            from action in Gen.Elements(Enum.GetValues<SyncAction>())
            from named in Gen.OneOf(Gen.Elements(RoleNames), Text)
            from number in Gen.Choose(0, int.MaxValue)
            select new OddCase(
                new Sighting
                {
                    Contact = contact,
                    Linked = linked,
                    ByEmail = found ? [.. others] : [],
                    ByLink = [.. carriers],
                    PasswordAppliedAt = applied,
                    Abilities = DirectoryAbilities.Everything with { ComparesPasswords = compares },
                    Owner = owner,
                    Roles = book,
                    Random = (uint)number,
                },
                new SyncRequest(action, named),
                rules
            )
        ).ToArbitrary();
}
