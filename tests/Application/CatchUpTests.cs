using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Application.Tests;

/// <summary>SPEC 6.1: what was sent while nobody listened is found all the same.</summary>
[Trait("Spec", "6.1")]
public sealed class CatchUpTests
{
    private readonly World _world = new();
    private readonly World.Process _process;

    public CatchUpTests() => _process = _world.Start();

    private DateTimeOffset Now => _world.Time.GetUtcNow();

    [Fact]
    public async Task The_first_one_notes_the_time_and_asks_for_nothing()
    {
        await Linked(1, Now);
        Assert.Equal(0, await CatchUp());
        Assert.Equal(Now, (await Record()).Watermark);
        Assert.Empty(_world.Contacts.Listed);
    }

    [Fact]
    public async Task Linked_contacts_that_changed_are_enqueued_as_updates_below_webhooks()
    {
        await CatchUp();
        var first = Now;
        _world.Time.Advance(TimeSpan.FromHours(5));
        await Linked(1, Now.AddMinutes(-10));
        await Linked(2, first.AddHours(-2));
        _world.Contacts.Add(Contact(3, Now.AddMinutes(-5)));

        Assert.Equal(1, await CatchUp());

        Assert.Equal(new SyncRequest(SyncAction.Update, urgency: Urgency.CatchUp), _world.Store.RowOf(1)!.Pending);
        Assert.Null(_world.Store.RowOf(2));
        Assert.Null(_world.Store.RowOf(3));
        Assert.Equal((new ContactQuery.UpdatedSince(first.AddHours(-1)), 0L), Assert.Single(_world.Contacts.Listed));
        Assert.Equal(Now, (await Record()).Watermark);
    }

    [Fact]
    public async Task What_was_read_after_its_last_change_is_left_out_with_a_minute_for_the_clocks()
    {
        await CatchUp();
        _world.Time.Advance(TimeSpan.FromMinutes(15));
        await Linked(1, Now.AddMinutes(-3), readAt: Now.AddMinutes(-1));
        await Linked(2, Now.AddMinutes(-2), readAt: Now.AddMinutes(-1));
        await Linked(3, Now.AddMinutes(-2), readAt: null);
        Assert.Equal(2, await CatchUp());
        Assert.Null(_world.Store.RowOf(1));
    }

    [Fact]
    public async Task Nothing_changed_costs_one_request()
    {
        await CatchUp();
        _world.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(0, await CatchUp());
        Assert.Single(_world.Contacts.Listed);
    }

    [Fact]
    public async Task Many_come_page_by_page_and_the_watermark_is_the_time_of_the_first_answer()
    {
        await CatchUp();
        _world.Time.Advance(TimeSpan.FromMinutes(15));
        for (var id = 1L; id <= 250; id++)
            await Linked(id, Now);
        var first = Now;
        Assert.Equal(250, await CatchUp());
        Assert.Equal([0L, 100, 200], _world.Contacts.Listed.Select(list => list.After));
        Assert.Equal(first, (await Record()).Watermark);
    }

    [Fact]
    public async Task One_that_is_cut_short_begins_again()
    {
        await CatchUp();
        var before = (await Record()).Watermark;
        _world.Time.Advance(TimeSpan.FromMinutes(15));
        await Linked(1, Now);
        _world.Contacts.Faults.Enqueue(new TransientException("activecampaign: HTTP 503"));
        await Assert.ThrowsAsync<TransientException>(CatchUp);
        Assert.Equal(before, (await Record()).Watermark);
        Assert.Equal(1, await CatchUp());
    }

    [Fact]
    public async Task Contacts_with_the_tag_for_it_become_users_with_its_role()
    {
        _world.CatchUp = new CatchUpSettings { AddWithTag = "customer", AddRole = "customer" };
        await CatchUp();
        _world.Time.Advance(TimeSpan.FromMinutes(15));
        _world.Contacts.Add(Contact(1, Now, "customer"));
        _world.Contacts.Add(Contact(2, Now, "other"));
        Assert.Equal(1, await CatchUp());
        Assert.Equal(
            new SyncRequest(SyncAction.Add, "customer", urgency: Urgency.CatchUp),
            _world.Store.RowOf(1)!.Pending
        );
        await _process.Pump.RunOnce("shop", default);
        Assert.Single(_world.Users.All);

        // He was read after his last change now.
        _world.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(0, await CatchUp());
    }

    [Fact]
    public async Task An_account_that_ignores_the_question_stops_it_and_the_owner_is_told()
    {
        await CatchUp();
        var before = (await Record()).Watermark;
        _world.Contacts.Faults.Enqueue(new PermanentException("activecampaign: the filter is ignored"));
        Assert.Equal(TimeSpan.FromMinutes(15), await _process.Runs.CatchUp("shop", default));
        Assert.Equal(
            [new Warning("catch_up_stopped", "activecampaign: the filter is ignored")],
            _process.States.Of("shop").CatchUpNotices
        );
        Assert.Equal(before, (await Record()).Watermark);

        await _process.Runs.CatchUp("shop", default);
        Assert.Empty(_process.States.Of("shop").CatchUpNotices);
    }

    [Fact]
    public async Task A_held_site_is_asked_again_soon()
    {
        _process.States.Hold("shop", "activecampaign: HTTP 503", Now);
        Assert.Equal(TimeSpan.FromMinutes(1), await _process.Runs.CatchUp("shop", default));
        Assert.Null((await Record()).Watermark);
    }

    // The account's clock goes on as it did: only the host's is set.
    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_clock_that_is_set_makes_it_miss_nothing(int hours)
    {
        await CatchUp();
        _world.Time.Advance(TimeSpan.FromMinutes(15));
        await CatchUp();
        var account = Now;
        _world.Contacts.AnsweredAt = () => account;
        _world.Time.AdjustTime(Now.AddHours(hours));

        for (var id = 1L; id <= 6; id++)
        {
            account += TimeSpan.FromMinutes(15);
            _world.Time.Advance(TimeSpan.FromMinutes(15));
            await Linked(id, account.AddMinutes(-10));
            await CatchUp();
            Assert.NotNull(_world.Store.RowOf(id));
            Assert.Equal(account, (await Record()).Watermark);
        }
    }

    private Task<int> CatchUp() => _process.Send(new CatchUp("shop"));

    private async Task Linked(long id, DateTimeOffset updatedAt, DateTimeOffset? readAt = null)
    {
        _world.Contacts.Add(Contact(id, updatedAt));
        await _world.Store.Save(new LedgerEntry("shop", id) { UserId = id, ReadAt = readAt }, default);
    }

    private static Contact Contact(long id, DateTimeOffset updatedAt, params string[] tags) =>
        World.Ann($"c{id}@example.test", tags) with
        {
            Id = id,
            UpdatedAt = updatedAt,
            ReadAt = updatedAt.AddMinutes(5),
        };

    private Task<SiteRecord> Record() => ((ISiteRecords)_world.Store).Find("shop", default);
}
