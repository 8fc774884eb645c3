using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>What every history promises.</summary>
[Trait("Spec", "5.6")]
public abstract class HistoryContract : StoreContract
{
    [Fact]
    public async Task An_outcome_is_kept_as_it_was_given()
    {
        var entry = Entry(1) with
        {
            Warnings = ["role 'gold' is not registered", "ä \"b\""],
            Duration = TimeSpan.FromMicroseconds(1234567),
            Attempt = 3,
        };
        await Work(1, entry);
        await Store.Reopen();

        var kept = Assert.Single(await Store.History.Latest(Site, 10, Cancel));

        Assert.Equal(entry.Warnings, kept.Warnings);
        Assert.Equal(entry, kept with { Warnings = entry.Warnings });
    }

    // What a field holds is put into a public form by whoever likes to: it must not keep a site from going on.
    [Theory]
    [InlineData(0)]
    [InlineData(0xd800)]
    [InlineData(0xdc00)]
    [Trait("Spec", "5.1")]
    public async Task What_no_text_of_a_store_can_hold_stops_nothing(int code)
    {
        var text = $"before{(char)code}after";
        await Inbox.Accept(Site, 1, new SyncRequest(SyncAction.Add), Cancel);
        var work = Assert.Single(await Inbox.Claim(Site, 1, Cancel));
        await Inbox.Finish(work, new NextStep.Wait(Now, text), entry: null, Cancel);
        work = Assert.Single(await Inbox.Claim(Site, 1, Cancel));
        await Inbox.Finish(work, new NextStep.RetryAt(Now, text), entry: null, Cancel);
        work = Assert.Single(await Inbox.Claim(Site, 1, Cancel));
        await Inbox.Finish(
            work,
            new NextStep.Park(ParkReason.Refused, text),
            Entry(1) with
            {
                Warnings = [text],
            },
            Cancel
        );

        var kept = Assert.Single(Assert.Single(await Store.History.Latest(Site, 10, Cancel)).Warnings);
        Assert.StartsWith("before", kept, StringComparison.Ordinal);
        Assert.EndsWith("after", kept, StringComparison.Ordinal);
        Assert.Equal(ParkReason.Refused, Assert.Single(await Inbox.Rows(Site, 10, Cancel)).Parked);
    }

    [Fact]
    public async Task The_latest_come_first_and_no_more_than_asked_for()
    {
        for (var contact = 1; contact <= 5; contact++)
            await Work(contact, Entry(contact));
        await Inbox.Accept("other", 9, new SyncRequest(SyncAction.Add), Cancel);
        var other = Assert.Single(await Inbox.Claim("other", 1, Cancel));
        await Inbox.Finish(other, new NextStep.Done(), Entry(9) with { Site = "other" }, Cancel);

        Assert.Equal([5L, 4L, 3L], (await Store.History.Latest(Site, 3, Cancel)).Select(e => e.Contact));
        Assert.Equal([9L], (await Store.History.Latest("other", 3, Cancel)).Select(e => e.Contact));
    }

    [Fact]
    public async Task A_claim_that_is_no_more_writes_no_history()
    {
        await Inbox.Accept(Site, 1, new SyncRequest(SyncAction.Add), Cancel);
        var work = Assert.Single(await Inbox.Claim(Site, 1, Cancel));
        await Inbox.Finish(work, new NextStep.Done(), Entry(1), Cancel);

        await Inbox.Finish(work, new NextStep.Done(), Entry(1), Cancel);

        Assert.Single(await Store.History.Latest(Site, 10, Cancel));
    }

    [Theory]
    [Trait("Spec", "5.6")]
    [InlineData(Settled.WelcomeMail, PasswordReturn.Due, WelcomeMailState.Settled)]
    [InlineData(Settled.PasswordReturn, PasswordReturn.Failed, WelcomeMailState.Sending)]
    [InlineData(Settled.PasswordReturn | Settled.WelcomeMail, PasswordReturn.Failed, WelcomeMailState.Settled)]
    [InlineData(Settled.Nothing, PasswordReturn.Due, WelcomeMailState.Sending)]
    public async Task What_ended_is_settled_in_the_ledger_with_its_outcome(
        Settled settled,
        PasswordReturn passwordReturn,
        WelcomeMailState mail
    )
    {
        var entry = new LedgerEntry(Site, 1)
        {
            UserId = 7,
            PasswordReturn = PasswordReturn.Due,
            WelcomeMail = WelcomeMailState.Sending,
        };
        await Store.Ledger.Save(entry, Cancel);
        await Store.Ledger.Save(entry with { Contact = 2 }, Cancel);

        await Work(1, Entry(1) with { Settled = settled });
        await Store.Reopen();

        Assert.Equal(
            entry with
            {
                PasswordReturn = passwordReturn,
                WelcomeMail = mail,
            },
            await Store.Ledger.Find(Site, 1, Cancel)
        );
        Assert.Equal(entry with { Contact = 2 }, await Store.Ledger.Find(Site, 2, Cancel));
    }

    [Theory]
    [Trait("Spec", "5.6")]
    [InlineData(PasswordReturn.Returned, WelcomeMailState.Due)]
    [InlineData(PasswordReturn.NotDue, WelcomeMailState.NotDue)]
    public async Task What_is_not_under_way_any_more_is_not_settled(
        PasswordReturn passwordReturn,
        WelcomeMailState mail
    )
    {
        var entry = new LedgerEntry(Site, 1) { PasswordReturn = passwordReturn, WelcomeMail = mail };
        await Store.Ledger.Save(entry, Cancel);

        await Work(1, Entry(1) with { Settled = Settled.PasswordReturn | Settled.WelcomeMail });

        Assert.Equal(entry, await Store.Ledger.Find(Site, 1, Cancel));
    }

    [Fact]
    public async Task Pruning_removes_what_is_older_however_much_it_is()
    {
        var old = Now;
        await Task.WhenAll(
            Enumerable.Range(1, 2500).Select(c => Inbox.Accept(Site, c, new SyncRequest(SyncAction.Add), Cancel))
        );
        var works = await Inbox.Claim(Site, 2500, Cancel);
        // As many at once as a batch holds.
        foreach (var batch in works.Chunk(100))
            await Task.WhenAll(
                batch.Select(work => Inbox.Finish(work, new NextStep.Done(), Entry(work.Contact), Cancel))
            );
        Pass(TimeSpan.FromDays(1));
        await Work(3000, Entry(3000));

        Assert.Equal(0, await Store.History.Prune(old, Cancel));
        Assert.Equal(2500, await Store.History.Prune(old.AddSeconds(1), Cancel));
        Assert.Equal([3000L], (await Store.History.Latest(Site, 10, Cancel)).Select(e => e.Contact));
    }

    [Fact]
    [Trait("Spec", "2.7")]
    public async Task What_the_guard_counts_is_told_in_order_the_latest_of_each()
    {
        await Work(1, Entry(1) with { Losses = Losses.TagsEmptied });
        await Note(1, Losses.TagsEmptied);
        Pass(TimeSpan.FromMinutes(10));
        var since = Now;
        await Work(2, Entry(2) with { Losses = Losses.None });
        // Nothing was planned for a user, or an import asked for it.
        await Work(3, Entry(3));
        await Note(4, Losses.EmailChanged | Losses.TagsEmptied);
        await Work(4, Entry(4) with { Losses = Losses.EmailChanged | Losses.TagsEmptied });
        Pass(TimeSpan.FromMinutes(1));
        await Note(4, Losses.TagsEmptied | Losses.ContactGone);
        Pass(TimeSpan.FromMinutes(1));
        await Work(4, Entry(4) with { Losses = Losses.None });
        await Store.Reopen();

        var counted = await Store.History.Planned(Site, since, Cancel);

        Assert.Equal(counted.Select(one => one.When).Order(), counted.Select(one => one.When));
        Assert.Equal(
            [
                new(2, since, Losses.None),
                new(4, since, Losses.EmailChanged),
                new(4, since.AddMinutes(1), Losses.TagsEmptied),
                new(4, since.AddMinutes(1), Losses.ContactGone),
                new PlannedLosses(4, since.AddMinutes(2), Losses.None),
            ],
            counted.OrderBy(one => one.When).ThenBy(one => one.Contact).ThenBy(one => one.Losses)
        );
        Assert.Empty(await Store.History.Planned("other", since, Cancel));
        await Store.History.Prune(since.AddMinutes(1), Cancel);
        Assert.DoesNotContain(
            await Store.History.Planned(Site, DateTimeOffset.UnixEpoch, Cancel),
            one => one.Losses is Losses.EmailChanged
        );

        Task Note(long contact, Losses losses) => Store.History.NoteLosses(Site, contact, losses, Now, Cancel);
    }

    private HistoryEntry Entry(long contact) =>
        new(Now, Site, contact, SyncAction.Add, "created", [], TimeSpan.FromSeconds(1), 1);

    private async Task Work(long contact, HistoryEntry entry)
    {
        await Inbox.Accept(Site, contact, new SyncRequest(SyncAction.Add), Cancel);
        var work = Assert.Single(await Inbox.Claim(Site, 1, Cancel));
        await Inbox.Finish(work, new NextStep.Done(), entry, Cancel);
    }
}
