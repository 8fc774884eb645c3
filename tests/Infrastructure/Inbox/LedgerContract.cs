using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Tests.Inbox;

/// <summary>What every ledger promises.</summary>
[Trait("Spec", "3.2")]
public abstract class LedgerContract : StoreContract
{
    private LedgerEntry Full =>
        new(Site, 42)
        {
            UserId = 7,
            AppliedUpdate = Now.AddTicks(-3),
            ReadAt = Now.AddSeconds(-1),
            LaggingReads = 2,
            PasswordReturn = PasswordReturn.Due,
            WelcomeMail = WelcomeMailState.Sending,
            PasswordAppliedAt = Now.AddTicks(-7),
            IsGone = true,
            Discarded = Losses.TagsEmptied | Losses.EmailChanged,
            Intent = new CreationIntent("t0ken", "anna", "anna@example.org", Now.AddTicks(1), Now, true, false),
        };

    // Without its user it owes nothing, and what comes for it is the survivor's.
    private LedgerEntry LetGo(long survivor) =>
        Full with
        {
            UserId = null,
            MergedInto = survivor,
            PasswordReturn = PasswordReturn.NotDue,
            PasswordAppliedAt = null,
            WelcomeMail = WelcomeMailState.NotDue,
        };

    [Fact]
    public async Task An_unknown_contact_has_an_empty_entry() =>
        Assert.Equal(new LedgerEntry(Site, 42), await Store.Ledger.Find(Site, 42, Cancel));

    [Fact]
    public async Task An_entry_is_found_as_it_was_saved_also_after_a_restart()
    {
        await Store.Ledger.Save(Full, Cancel);
        await Store.Reopen();

        Assert.Equal(Full, await Store.Ledger.Find(Site, 42, Cancel));
        Assert.Equal(new LedgerEntry("other", 42), await Store.Ledger.Find("other", 42, Cancel));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task Into_which_contact_another_was_merged_is_known_until_it_has_a_user_again()
    {
        await Store.Ledger.Save(Full with { UserId = null, MergedInto = 50 }, Cancel);
        await Store.Reopen();
        var merged = await Store.Ledger.Find(Site, 42, Cancel);
        Assert.Equal(50, merged.MergedInto);

        await Store.Ledger.Save(merged with { UserId = 9 }, Cancel);
        Assert.Null((await Store.Ledger.Find(Site, 42, Cancel)).MergedInto);
        Assert.Null((merged with { UserId = 9 } with { UserId = null }).MergedInto);
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_contact_that_was_merged_away_and_is_given_a_user_is_the_survivor_then()
    {
        await Store.Ledger.Save(Full, Cancel);
        await Store.Ledger.Save(new LedgerEntry(Site, 50) { MergedInto = 42 }, Cancel);
        await Inbox.AcceptMerged(Site, 42, 50, userId: 7, new SyncRequest(SyncAction.Add), Cancel);

        Assert.Null((await Store.Ledger.Find(Site, 50, Cancel)).MergedInto);
        Assert.Equal(50, (await Store.Ledger.Find(Site, 42, Cancel)).MergedInto);
    }

    [Fact]
    public async Task Saving_replaces_the_entry_as_a_whole()
    {
        await Store.Ledger.Save(Full, Cancel);
        var bare = new LedgerEntry(Site, 42) { PasswordReturn = PasswordReturn.Returned };
        await Store.Ledger.Save(bare, Cancel);

        Assert.Equal(bare, await Store.Ledger.Find(Site, 42, Cancel));
        Assert.Empty(await Store.Ledger.LinkedContacts(Site, 7, Cancel));
    }

    [Fact]
    [Trait("Spec", "6.1")]
    public async Task The_known_of_many_contacts_are_found_at_once()
    {
        await Store.Ledger.Save(Full, Cancel);
        await Store.Ledger.Save(new LedgerEntry(Site, 43) { UserId = 8 }, Cancel);
        await Store.Ledger.Save(new LedgerEntry("other", 44) { UserId = 9 }, Cancel);

        var found = await Store.Ledger.FindAll(Site, [41, 42, 43, 44], Cancel);

        Assert.Equal([Full, new LedgerEntry(Site, 43) { UserId = 8 }], found.OrderBy(entry => entry.Contact));
        Assert.Empty(await Store.Ledger.FindAll(Site, [], Cancel));
    }

    [Fact]
    [Trait("Spec", "6.1")]
    public async Task The_linked_come_page_by_page_in_the_order_of_their_ids()
    {
        foreach (var contact in new[] { 5L, 1, 4, 2, 3 })
            await Store.Ledger.Save(new LedgerEntry(Site, contact) { UserId = contact == 4 ? null : 100 }, Cancel);

        Assert.Equal([1L, 2], await Store.Ledger.Linked(Site, 0, 2, Cancel));
        Assert.Equal([3L, 5], await Store.Ledger.Linked(Site, 2, 2, Cancel));
        Assert.Empty(await Store.Ledger.Linked(Site, 5, 2, Cancel));
        Assert.Equal(4, await Store.Ledger.CountLinked(Site, Cancel));
        Assert.Equal(0, await Store.Ledger.CountLinked("other", Cancel));
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public async Task Linked_contacts_are_those_of_the_site_and_the_user()
    {
        await Store.Ledger.Save(new LedgerEntry(Site, 2) { UserId = 7 }, Cancel);
        await Store.Ledger.Save(new LedgerEntry(Site, 1) { UserId = 7 }, Cancel);
        await Store.Ledger.Save(new LedgerEntry(Site, 3) { UserId = 8 }, Cancel);
        await Store.Ledger.Save(new LedgerEntry("other", 4) { UserId = 7 }, Cancel);

        Assert.Equal([1L, 2L], await Store.Ledger.LinkedContacts(Site, 7, Cancel));
    }

    [Fact]
    [Trait("Spec", "2.5")]
    public async Task Linking_anew_takes_the_user_from_every_other_contact_and_nothing_else()
    {
        await Store.Ledger.Save(Full, Cancel);
        await Store.Ledger.Save(new LedgerEntry(Site, 43) { UserId = 8 }, Cancel);
        await Store.Ledger.Save(new LedgerEntry("other", 42) { UserId = 7 }, Cancel);
        await Store.Ledger.SaveLinkedAnew(new LedgerEntry(Site, 1) { UserId = 7 }, [42, 43, 44], Cancel);

        Assert.Equal([1L], await Store.Ledger.LinkedContacts(Site, 7, Cancel));
        Assert.Equal(LetGo(survivor: 1), await Store.Ledger.Find(Site, 42, Cancel));
        Assert.Equal(new LedgerEntry(Site, 43) { UserId = 8 }, await Store.Ledger.Find(Site, 43, Cancel));
        Assert.Equal(new LedgerEntry(Site, 44) { MergedInto = 1 }, await Store.Ledger.Find(Site, 44, Cancel));
        Assert.Equal([43L], await Store.Ledger.LinkedContacts(Site, 8, Cancel));
        Assert.Equal([42L], await Store.Ledger.LinkedContacts("other", 7, Cancel));
    }

    [Fact]
    [Trait("Spec", "3.3")]
    public async Task Returned_passwords_are_listed_by_contact_in_pages()
    {
        foreach (var contact in new[] { 5L, 3, 1, 4, 2 })
            await Store.Ledger.Save(Full with { Contact = contact, PasswordReturn = PasswordReturn.Returned }, Cancel);
        await Store.Ledger.Save(new LedgerEntry("other", 3) { PasswordReturn = PasswordReturn.Returned }, Cancel);
        await Store.Ledger.Save(Full with { Contact = 2, PasswordReturn = PasswordReturn.Cleared }, Cancel);
        await Store.Ledger.Save(Full with { Contact = 6, PasswordReturn = PasswordReturn.Failed }, Cancel);

        var first = await Store.Ledger.PasswordsReturned(Site, 0, 2, Cancel);
        Assert.Equal([1L, 3L], first.Select(entry => entry.Contact));
        Assert.Equal(Full with { Contact = 3, PasswordReturn = PasswordReturn.Returned }, first[1]);
        var rest = await Store.Ledger.PasswordsReturned(Site, 3, 3, Cancel);
        Assert.Equal([4L, 5L], rest.Select(entry => entry.Contact));
        Assert.Empty(await Store.Ledger.PasswordsReturned(Site, 5, 3, Cancel));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_merge_moves_the_link_and_what_is_owed_and_stores_the_request_for_the_survivor()
    {
        await Store.Ledger.Save(Full, Cancel);
        var request = new SyncRequest(SyncAction.Add, "gold");
        await Inbox.Accept(Site, 50, new SyncRequest(SyncAction.UpdateTags), Cancel);
        await Inbox.AcceptMerged(Site, 42, 50, userId: 7, request, Cancel);

        Assert.Equal(LetGo(survivor: 50), await Store.Ledger.Find(Site, 42, Cancel));
        var owed = new LedgerEntry(Site, 50)
        {
            UserId = 7,
            PasswordReturn = Full.PasswordReturn,
            PasswordAppliedAt = Full.PasswordAppliedAt,
            WelcomeMail = Full.WelcomeMail,
        };
        Assert.Equal(owed, await Store.Ledger.Find(Site, 50, Cancel));
        Assert.Equal(request, Assert.Single(await Inbox.Claim(Site, 10, Cancel)).Request);
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_survivor_that_is_known_without_a_user_keeps_what_is_known_of_it()
    {
        await Store.Ledger.Save(Full, Cancel);
        await Store.Ledger.Save(new LedgerEntry(Site, 50) { AppliedUpdate = Now, LaggingReads = 1 }, Cancel);
        await Inbox.AcceptMerged(Site, 42, 50, userId: 7, new SyncRequest(SyncAction.Add), Cancel);

        var survivor = await Store.Ledger.Find(Site, 50, Cancel);
        Assert.Equal((7L, Now, 1), (survivor.UserId, survivor.AppliedUpdate, survivor.LaggingReads));
        Assert.Equal(Full.WelcomeMail, survivor.WelcomeMail);
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_merge_of_a_contact_of_which_nothing_is_known_moves_the_link()
    {
        await Inbox.AcceptMerged(Site, 42, 50, userId: 7, new SyncRequest(SyncAction.Add), Cancel);
        Assert.Equal(new LedgerEntry(Site, 50) { UserId = 7 }, await Store.Ledger.Find(Site, 50, Cancel));
        Assert.Equal(new LedgerEntry(Site, 42) { MergedInto = 50 }, await Store.Ledger.Find(Site, 42, Cancel));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_survivor_that_has_a_user_keeps_it()
    {
        await Store.Ledger.Save(Full, Cancel);
        var own = new LedgerEntry(Site, 50) { UserId = 9, PasswordReturn = PasswordReturn.Returned };
        await Store.Ledger.Save(own, Cancel);
        await Inbox.AcceptMerged(Site, 42, 50, userId: 7, new SyncRequest(SyncAction.Add), Cancel);

        Assert.Equal(own, await Store.Ledger.Find(Site, 50, Cancel));
        Assert.Null((await Store.Ledger.Find(Site, 42, Cancel)).UserId);
    }

    [Theory]
    [InlineData(PasswordReturn.NotDue, WelcomeMailState.NotDue, true)]
    [InlineData(PasswordReturn.Returned, WelcomeMailState.NotDue, false)]
    [InlineData(PasswordReturn.NotDue, WelcomeMailState.Settled, false)]
    [Trait("Spec", "2.6")]
    public async Task A_survivor_that_found_the_user_by_itself_is_told_what_he_is_owed(
        PasswordReturn passwordReturn,
        WelcomeMailState welcomeMail,
        bool isTold
    )
    {
        await Store.Ledger.Save(Full, Cancel);
        var own = new LedgerEntry(Site, 50)
        {
            UserId = 7,
            AppliedUpdate = Now,
            PasswordReturn = passwordReturn,
            WelcomeMail = welcomeMail,
        };
        await Store.Ledger.Save(own, Cancel);
        await Inbox.AcceptMerged(Site, 42, 50, userId: 7, new SyncRequest(SyncAction.Add), Cancel);

        var expected = isTold
            ? own with
            {
                PasswordReturn = Full.PasswordReturn,
                PasswordAppliedAt = Full.PasswordAppliedAt,
                WelcomeMail = Full.WelcomeMail,
            }
            : own;
        Assert.Equal(expected, await Store.Ledger.Find(Site, 50, Cancel));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    [Trait("Spec", "4.1")]
    public async Task What_a_gone_contact_owes_to_another_user_is_not_handed_over()
    {
        await Store.Ledger.Save(Full with { UserId = 8 }, Cancel);
        await Inbox.AcceptMerged(Site, 42, 50, userId: 7, new SyncRequest(SyncAction.Add), Cancel);
        Assert.Equal(new LedgerEntry(Site, 50) { UserId = 7 }, await Store.Ledger.Find(Site, 50, Cancel));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    [Trait("Spec", "2.13")]
    public async Task A_survivor_keeps_the_time_of_the_password_that_it_applied_to_the_user()
    {
        await Store.Ledger.Save(Full with { PasswordAppliedAt = null }, Cancel);
        await Store.Ledger.Save(new LedgerEntry(Site, 50) { UserId = 7, PasswordAppliedAt = Now }, Cancel);
        await Inbox.AcceptMerged(Site, 42, 50, userId: 7, new SyncRequest(SyncAction.Add), Cancel);
        Assert.Equal(Now, (await Store.Ledger.Find(Site, 50, Cancel)).PasswordAppliedAt);
    }
}
