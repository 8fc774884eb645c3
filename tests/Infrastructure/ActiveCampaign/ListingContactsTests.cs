using CleanSync.Application.Ports;
using CleanSync.Infrastructure.Sandbox;

namespace CleanSync.Infrastructure.Tests.ActiveCampaign;

/// <summary>SPEC 6.1 and 6.2: contacts are listed page by page, and what comes is checked against what was asked for.</summary>
[Trait("Spec", "6.1")]
public sealed class ListingContactsTests : IAsyncLifetime
{
    private AccountRig _rig = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _rig = await AccountRig.Start();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task Everyone_comes_in_the_order_of_ids_a_hundred_a_page()
    {
        var ids = Add(250);
        var pages = await All(new ContactQuery.Everyone());
        Assert.Equal([100, 100, 50], pages.Select(page => page.Contacts.Count));
        Assert.Equal([250L, 150, 50], pages.Select(page => page.Total));
        Assert.Equal(ids, pages.SelectMany(page => page.Contacts).Select(contact => contact.Id));
        Assert.Equal(3, _rig.RequestsTo("GET /api/3/contacts?"));
        Assert.All(pages.SelectMany(page => page.Contacts), contact => Assert.NotNull(contact.UpdatedAt));
    }

    [Fact]
    public async Task Contacts_that_come_and_go_between_pages_shift_nothing()
    {
        var ids = Add(150);
        var first = await _rig.Contacts.List(new ContactQuery.Everyone(), 0, Stop);
        _rig.Account.DeleteContact(ids[3]);
        _rig.Account.DeleteContact(ids[120]);
        Add(1, "late");
        var second = await _rig.Contacts.List(new ContactQuery.Everyone(), first.Contacts[^1].Id, Stop);
        Assert.Equal(50, second.Contacts.Count);
        Assert.True(second.IsLast);
        Assert.Equal(ids[100], second.Contacts[0].Id);
    }

    [Fact]
    [Trait("Spec", "6.2")]
    public async Task A_tag_is_looked_up_once_and_only_its_contacts_come()
    {
        var ids = Add(260, tagsOf: i => i % 2 == 0 ? ["Gold member"] : ["other"]);
        var pages = await All(new ContactQuery.WithTag("gold member"));
        Assert.Equal(ids.Where((_, i) => i % 2 == 0), pages.SelectMany(page => page.Contacts).Select(c => c.Id));
        Assert.Equal(1, _rig.RequestsTo("GET /api/3/tags"));
    }

    [Theory]
    [Trait("Spec", "6.2")]
    [InlineData("Members")]
    [InlineData("7")]
    public async Task A_list_is_found_by_its_name_or_id(string list)
    {
        var ids = Add(3);
        _rig.Account.Subscribe(ids[1], 7, "Members");
        _rig.Account.Subscribe(ids[2], 8, "Others");
        var page = Assert.Single(await All(new ContactQuery.OnList(list)));
        Assert.Equal([ids[1]], page.Contacts.Select(contact => contact.Id));
    }

    [Fact]
    [Trait("Spec", "6.2")]
    public async Task A_tag_or_list_that_the_account_does_not_have_is_named()
    {
        Add(1);
        var tag = await Assert.ThrowsAsync<PermanentException>(() => All(new ContactQuery.WithTag("gold")));
        Assert.Equal("activecampaign: there is no tag 'gold'", tag.Message);
        var list = await Assert.ThrowsAsync<PermanentException>(() => All(new ContactQuery.OnList("99")));
        Assert.Equal("activecampaign: there is no list '99'", list.Message);
    }

    [Fact]
    public async Task Changes_since_a_time_come_with_the_accounts_own_clock()
    {
        Add(3);
        var before = DateTimeOffset.UtcNow.AddMinutes(-1);
        var page = await _rig.Contacts.List(new ContactQuery.UpdatedSince(before), 0, Stop);
        Assert.Equal(3, page.Contacts.Count);
        Assert.InRange(page.AnsweredAt, before, DateTimeOffset.UtcNow.AddMinutes(1));
        var none = await _rig.Contacts.List(new ContactQuery.UpdatedSince(before.AddHours(1)), 0, Stop);
        Assert.Empty(none.Contacts);
        Assert.True(none.IsLast);
        // The time is written as the account writes its own, with the offset.
        Assert.All(
            _rig.Server.RequestLines.Where(line => line.Contains("updated_after", StringComparison.Ordinal)),
            line => Assert.Matches("updated_after%5D=2[0-9-]+T[0-9]{2}%3A[0-9]{2}%3A[0-9]{2}(-0[56]|%2B00)%3A00", line)
        );
    }

    [Fact]
    public async Task Changes_of_contacts_with_a_tag()
    {
        var ids = Add(2, tagsOf: i => i == 0 ? ["customer"] : ["other"]);
        var query = new ContactQuery.UpdatedSince(DateTimeOffset.UtcNow.AddMinutes(-1), "customer");
        Assert.Equal([ids[0]], (await _rig.Contacts.List(query, 0, Stop)).Contacts.Select(contact => contact.Id));
    }

    [Theory]
    [InlineData(
        """{"contacts":[{"id":"5","udate":"2020-01-01T00:00:00-06:00"}],"meta":{"total":"1"}}""",
        "filters[updated_after]"
    )]
    [InlineData("""{"contacts":[{"id":"3","udate":"2099-01-01T00:00:00-06:00"}],"meta":{"total":"1"}}""", "id_greater")]
    public async Task An_account_that_ignores_what_it_is_asked_is_not_believed(string body, string filter)
    {
        _rig.Answer(path => path.StartsWith("/api/3/contacts", StringComparison.Ordinal), 200, body);
        var query = new ContactQuery.UpdatedSince(DateTimeOffset.UtcNow);
        var fault = await Assert.ThrowsAsync<PermanentException>(() => _rig.Contacts.List(query, 4, Stop));
        Assert.Equal($"activecampaign: the account ignores {filter}", fault.Message);
    }

    [Fact]
    [Trait("Spec", "6.2")]
    public async Task An_account_that_ignores_the_tag_is_not_believed()
    {
        Add(1, tagsOf: _ => ["gold"]);
        _rig.Answer(
            path => path.StartsWith("/api/3/contacts", StringComparison.Ordinal),
            200,
            """{"contacts":[{"id":"5","contactTags":["1"]}],"contactTags":[{"id":"1","contact":"5","tag":"99"}],"meta":{"total":"1"}}"""
        );
        var fault = await Assert.ThrowsAsync<PermanentException>(() => All(new ContactQuery.WithTag("gold")));
        Assert.Equal("activecampaign: the account ignores tagid", fault.Message);
    }

    /// <summary>SPEC 2.7: what cannot be read is never "nobody".</summary>
    [Theory]
    [Trait("Spec", "2.7")]
    [InlineData(200, "<html>maintenance</html>")]
    [InlineData(200, "{}")]
    [InlineData(200, """{"contacts":null}""")]
    [InlineData(200, """{"contacts":[],"meta":{"total":"5"}}""")]
    [InlineData(200, """{"contacts":[{"email":"x"}],"meta":{"total":"1"}}""")]
    [InlineData(200, "")]
    [InlineData(404, """{"message":"No Result found"}""")]
    [InlineData(503, "{}")]
    public async Task An_answer_that_cannot_be_read_is_a_fault(int status, string body)
    {
        _rig.Answer(path => path.StartsWith("/api/3/contacts", StringComparison.Ordinal), status, body);
        await Assert.ThrowsAsync<TransientException>(() => All(new ContactQuery.Everyone()));
    }

    private async Task<List<ContactPage>> All(ContactQuery query)
    {
        var pages = new List<ContactPage>();
        while (pages.Count == 0 || !pages[^1].IsLast)
            pages.Add(await _rig.Contacts.List(query, pages.Count == 0 ? 0 : pages[^1].Contacts[^1].Id, Stop));
        return pages;
    }

    private List<long> Add(int number, string name = "c", Func<int, string[]>? tagsOf = null) =>
        [
            .. Enumerable
                .Range(0, number)
                .Select(i =>
                    _rig.Account.AddContact(
                        new SandboxDetails { Email = $"{name}{i}@example.test", Tags = tagsOf?.Invoke(i) ?? [] }
                    )
                ),
        ];
}
