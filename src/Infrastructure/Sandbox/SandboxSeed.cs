namespace CleanSync.Infrastructure.Sandbox;

/// <summary>Contacts of every odd kind that a real account holds sooner or later.</summary>
internal static class SandboxSeed
{
    public static void Fill(SandboxAccount account)
    {
        account.AddField("WordPress password", "text", "WPPASSWORD");
        account.AddField("Membership level", "dropdown", "MEMBERSHIPLEVEL", "Bronze", "Silver", "Gold");
        account.AddField("Interests", "listbox", "INTERESTS", "Yoga", "Running", "R&D", "Cooking, baking");
        account.AddField("Birthday", "date", "BIRTHDAY");
        account.AddField("Newsletter", "checkbox", "NEWSLETTER", "Yes");
        account.AddField("WordPress username", "text", "WPUSERNAME");

        foreach (var details in People())
            account.AddContact(details);
        account.DeleteContact(account.AddContact(Person("gone@example.com", "Gunnar", "Gone", "Customer")));
        account.Subscribe(1, 1, "Newsletter");
        account.Subscribe(2, 1, "Newsletter");
    }

    private static IEnumerable<SandboxDetails> People()
    {
        yield return Person("ada@example.com", "Ada", "Lovelace", "Customer", "Member: Gold") with
        {
            Phone = "+44 20 7946 0000",
            OrganizationName = "Analytical Engines Ltd",
            Fields = Values(("MEMBERSHIPLEVEL", "Gold"), ("INTERESTS", "||Yoga||R&D||"), ("BIRTHDAY", "1815-12-10")),
        };
        yield return Person("soeren@example.com", "Søren", "Ångström-Þórsson", "Customer", "Größe XL");
        yield return Person("李小龍@例え.jp", "小龍", "李", "Kunde");
        yield return Person("grace+newsletter@example.com", "Grace", "O'Hopper", "Customer");
        yield return Person(
            "a.very.long.address.that.no.form.ever.expected.to.see@mail.example.org",
            "Maximilian",
            "von und zu Langenburg",
            "Member: Silver"
        );
        yield return Person("", "Nobody", "Without Email", "Phone only") with
        {
            Phone = "+1 555 010 1234",
        };
        yield return Person("LOUD.PERSON@EXAMPLE.COM", "LOUD", "PERSON", "Customer");
        yield return Person(
            "script@example.com",
            "<b>Bobby</b><script>alert(1)</script>",
            "Tables & Chairs",
            "Customer"
        );
        yield return Person("emoji@example.com", "Zoë 🦄", "👩‍👩‍👧‍👧", "VIP 🎉");
        yield return Person("no.tags@example.com", "Tara", "Untagged");
        yield return Person(
            "tagged@example.com",
            "Mary",
            "Manytags",
            [
                .. Enumerable.Range(1, 40).Select(i => FormattableString.Invariant($"Course {i:00}")),
                "Berlin, Germany",
                "[KRC] 07/20/26",
            ]
        );
        yield return Person("choices@example.com", "Cho", "Ices", "Customer") with
        {
            Fields = Values(
                ("INTERESTS", "||Running||Cooking, baking||"),
                ("NEWSLETTER", "||Yes||"),
                ("MEMBERSHIPLEVEL", "Bronze"),
                ("BIRTHDAY", "")
            ),
        };
        yield return Person("not-an-email", "Ivan", "Invalid", "Customer");
    }

    private static SandboxDetails Person(string email, string firstName, string lastName, params string[] tags) =>
        new()
        {
            Email = email,
            FirstName = firstName,
            LastName = lastName,
            Tags = tags,
        };

    private static Dictionary<string, string> Values(params (string Tag, string Value)[] values) =>
        values.ToDictionary(value => value.Tag, value => value.Value, StringComparer.Ordinal);
}
