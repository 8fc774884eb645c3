using CleanSync.Infrastructure.ActiveCampaign;
using CleanSync.Infrastructure.Sandbox;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Infrastructure.Tests.ActiveCampaign;

public sealed class ReadingContactsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    [Trait("Spec", "7.1")]
    [Trait("Spec", "10.1")]
    public async Task A_hundred_contacts_cost_one_request_and_one_for_the_definitions()
    {
        await using var rig = await AccountRig.Start(
            new AccountTimings { Quiet = TimeSpan.FromSeconds(5), Ceiling = TimeSpan.FromSeconds(10) }
        );
        var ids = Enumerable.Range(1, 100).Select(i => rig.Account.AddContact(Person(i))).ToList();

        var contacts = await Task.WhenAll(ids.Select(id => rig.Contacts.Find(id, None)));

        Assert.All(contacts, contact => Assert.Equal(["Customer", $"No {contact!.Id}"], contact.Tags.Order()));
        Assert.Equal(1, rig.RequestsTo("GET /api/3/contacts"));
        Assert.Equal(2, rig.Server.Requests);
        Assert.Equal(2, rig.Limiter.Started);
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_contact_missing_from_the_batch_is_asked_for_singly_before_it_is_called_gone()
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Person(1));

        var found = rig.Contacts.Find(id, None);
        var missing = rig.Contacts.Find(9999, None);

        Assert.NotNull(await found);
        Assert.Null(await missing);
        Assert.Equal(1, rig.RequestsTo("GET /api/3/contacts/9999"));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_contact_that_only_the_list_hides_is_not_gone()
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Person(1));
        rig.Answer(
            path => path.StartsWith("/api/3/contacts?", StringComparison.Ordinal),
            200,
            """{"contacts":[],"contactTags":[],"fieldValues":[],"tags":[],"meta":{"total":"0"}}"""
        );

        var contact = await rig.Contacts.Find(id, None);

        Assert.Equal(["Customer", "No 1"], contact!.Tags.Order());
        Assert.True(contact.ReadAlone);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Spec", "2.6")]
    public async Task A_deleted_contact_is_gone_however_the_account_says_so(bool answered)
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Person(1));
        rig.Account.Behaviour.DeletedAnswered = answered;
        rig.Account.DeleteContact(id);

        Assert.Null(await rig.Contacts.Find(id, None));
        Assert.Null(await rig.Contacts.FindAlone(id, None));
    }

    [Fact]
    [Trait("Spec", "7.1")]
    public async Task Without_sideloads_each_contact_is_read_by_itself_until_the_batch_is_tried_again()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50));
        await using var rig = await AccountRig.Start(new AccountTimings { Quiet = TimeSpan.Zero }, time);
        var id = rig.Account.AddContact(Person(1));
        rig.Account.Behaviour.Sideloads = false;

        Assert.Equal(["Customer", "No 1"], (await Read())!.Tags.Order());
        Assert.Equal(["Customer", "No 1"], (await Read())!.Tags.Order());
        Assert.Equal(1, rig.RequestsTo("GET /api/3/contacts?"));

        rig.Account.Behaviour.Sideloads = true;
        time.Advance(TimeSpan.FromMinutes(10));
        Assert.False((await Read())!.ReadAlone);
        Assert.Equal(2, rig.RequestsTo("GET /api/3/contacts?"));

        // The batch goes out when the clock moves; the advance stays below the limits of the other waits.
        async Task<Domain.Contact?> Read()
        {
            var find = rig.Contacts.Find(id, None);
            time.Advance(TimeSpan.FromMilliseconds(50));
            return await find;
        }
    }

    [Fact]
    [Trait("Spec", "7.1")]
    [Trait("Spec", "2.7")]
    public async Task More_tags_and_fields_than_a_page_holds_are_read_to_the_end()
    {
        await using var rig = await AccountRig.Start();
        for (var i = 0; i < 230; i++)
            rig.Account.AddField($"Field {i}", "text", $"F{i}");
        var id = rig.Account.AddContact(
            Person(1) with
            {
                Tags = [.. Enumerable.Range(0, 250).Select(i => $"Tag {i}")],
                Fields = Enumerable.Range(0, 230).ToDictionary(i => $"F{i}", i => $"value {i}"),
            }
        );

        foreach (var contact in new[] { await rig.Contacts.Find(id, None), await rig.Contacts.FindAlone(id, None) })
        {
            Assert.Equal(250, contact!.Tags.Count);
            Assert.Equal(230, contact.Fields.Count);
            Assert.Equal("value 229", contact.Fields.Single(field => field.PersonalizationTag == "F229").Value);
        }
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task Odd_contacts_come_out_as_they_are()
    {
        await using var rig = await AccountRig.Start();
        rig.Account.Seed();
        foreach (var expected in rig.Account.Contacts().Where(contact => !contact.Deleted))
        {
            foreach (
                var read in new[]
                {
                    await rig.Contacts.Find(expected.Id, None),
                    await rig.Contacts.FindAlone(expected.Id, None),
                }
            )
            {
                Assert.Equal(expected.Email, read!.Email);
                Assert.Equal(expected.FirstName, read.FirstName);
                Assert.Equal(expected.LastName, read.LastName);
                Assert.Equal(expected.Phone, read.Phone);
                Assert.Equal(expected.OrganizationName, read.OrganizationName);
                Assert.Equal(expected.UpdatedAt, read.UpdatedAt);
                Assert.Equal(expected.Tags.Order(), read.Tags.Order());
                Assert.Equal(
                    rig.Account.Fields().Select(f => f.PersonalizationTag),
                    read.Fields.Select(f => f.PersonalizationTag)
                );
                Assert.All(
                    read.Fields,
                    field => Assert.Equal(expected.Fields.GetValueOrDefault(field.PersonalizationTag, ""), field.Value)
                );
            }
        }
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task A_tag_with_a_comma_is_one_tag()
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Person(1) with { Tags = ["Berlin, Germany"] });

        Assert.Equal(["Berlin, Germany"], (await rig.Contacts.Find(id, None))!.Tags);
    }

    [Fact]
    [Trait("Spec", "7.1")]
    public async Task A_field_that_appears_later_is_known_at_once()
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Person(1));
        Assert.Empty((await rig.Contacts.Find(id, None))!.Fields);

        rig.Account.EditContact(id, new SandboxDetails { Fields = new Dictionary<string, string> { ["NEW"] = "x" } });

        var field = Assert.Single((await rig.Contacts.Find(id, None))!.Fields);
        Assert.Equal(("NEW", "x"), (field.PersonalizationTag, field.Value));
        Assert.Equal(2, rig.RequestsTo("GET /api/3/fields"));
    }

    [Fact]
    [Trait("Spec", "2.1")]
    public async Task The_date_of_the_answer_and_the_update_time_are_read()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 30, 15, TimeSpan.Zero);
        var time = new FakeTimeProvider(now);
        await using var rig = await AccountRig.Start(time: time);
        var id = rig.Account.AddContact(Person(1));
        time.Advance(TimeSpan.FromMinutes(5));

        var contact = await rig.Contacts.FindAlone(id, None);

        Assert.Equal(now, contact!.UpdatedAt);
        Assert.Equal(now.AddMinutes(5), contact.ReadAt);
    }

    [Fact]
    [Trait("Spec", "2.13")]
    public async Task The_time_of_each_field_value_is_read_in_a_batch_and_alone()
    {
        var now = new DateTimeOffset(2026, 3, 1, 12, 30, 15, TimeSpan.Zero);
        var time = new FakeTimeProvider(now);
        await using var rig = await AccountRig.Start(time: time);
        // The account's clock stands still; the adapter's goes on, since it waits for real answers.
        rig.Connect(rig.Account.Token);
        var id = rig.Account.AddContact(
            Person(1) with
            {
                Fields = new Dictionary<string, string> { ["PW"] = "one", ["OTHER"] = "x" },
            }
        );
        rig.Account.AddField("Never set", "text", "NEVER");
        time.Advance(TimeSpan.FromMinutes(5));
        rig.Account.EditContact(id, new SandboxDetails { Fields = new Dictionary<string, string> { ["PW"] = "two" } });

        var alone = await rig.Contacts.FindAlone(id, None);
        var batched = await rig.Contacts.Find(id, None);
        foreach (var contact in new[] { alone, batched })
        {
            var times = contact!.Fields.ToDictionary(field => field.PersonalizationTag, field => field.UpdatedAt);
            Assert.Equal(now.AddMinutes(5), times["PW"]);
            Assert.Equal(now, times["OTHER"]);
            Assert.Null(times["NEVER"]);
        }
    }

    [Theory]
    [InlineData("""null,"cdate":"2026-03-01T12:00:00-05:00" """, 17)]
    [InlineData("\"0000-00-00 00:00:00\"", null)]
    [InlineData("\"2026-03-01 12:00:00\"", null)]
    [InlineData("\"soon\"", null)]
    [Trait("Spec", "2.13")]
    public async Task A_field_value_that_does_not_tell_its_update_tells_its_creation_or_nothing(string udate, int? hour)
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Person(1));
        var field = rig.Account.AddField("Password", "text", "PW");
        rig.Answer(
            path => path.StartsWith($"/api/3/contacts/{id}", StringComparison.Ordinal),
            200,
            $$"""
            {"contact":{"id":"{{id}}","email":"a@example.com","udate":"2026-03-01T12:00:00-05:00"},
             "fieldValues":[{"contact":"{{id}}","field":"{{field}}","value":"x","udate":{{udate}},"id":"9"}],
             "contactTags":[],"tags":[]}
            """
        );

        var contact = await rig.Contacts.FindAlone(id, None);

        Assert.Equal(hour, Assert.Single(contact!.Fields).UpdatedAt?.UtcDateTime.Hour);
    }

    [Fact]
    [Trait("Spec", "7.1")]
    public async Task A_caller_who_leaves_does_not_take_the_others_with_him()
    {
        await using var rig = await AccountRig.Start();
        var id = rig.Account.AddContact(Person(1));
        using var leaving = new CancellationTokenSource();

        var gone = rig.Contacts.Find(id, leaving.Token);
        var stays = rig.Contacts.Find(id, None);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.NotNull(await stays);
    }

    private static SandboxDetails Person(long n) =>
        new()
        {
            Email = $"person{n}@example.com",
            FirstName = "Per",
            Tags = ["Customer", $"No {n}"],
        };
}
