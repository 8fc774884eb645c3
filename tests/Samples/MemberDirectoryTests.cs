using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Tests.WordPress;
using CustomUserDirectory;

namespace CleanSync.Samples.Tests;

/// <summary>The contract of user directories, kept by the sample's.</summary>
[Trait("Spec", "9.5")]
public sealed class MemberDirectoryTests : UsersContract, IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cleansync-members-");
    private readonly MemberSettings _settings;
    private readonly MemberDirectory _members;

    public MemberDirectoryTests()
    {
        _settings = new MemberSettings(
            Path.Combine(_folder.FullName, "members.json"),
            [
                new Role("subscriber", "Subscriber", new HashSet<string> { "read" }),
                new Role("contributor", "Contributor", new HashSet<string> { "read", "edit_posts" }),
                new Role("shop_lead", "Shop Lead", new HashSet<string> { "read" }),
                new Role("administrator", "Administrator", new HashSet<string> { "read", "manage_options" }),
            ]
        )
        {
            HashRounds = 10,
        };
        _members = new MemberDirectory(_settings, TimeProvider.System);
    }

    protected override IUsers Users => _members;

    protected override bool MakesDisplayNames => false;

    protected override Task<bool> LogIn(string login, string password) =>
        Task.FromResult(_members.SignIn(login, password));

    protected override Task Delete(long id)
    {
        _members.Remove(id);
        return Task.CompletedTask;
    }

    protected override Task ChangeOwnPassword(User user, string password)
    {
        _members.ChoosePassword(user.Id, password);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Everything_is_as_it_was_after_a_restart()
    {
        var draft = Draft(Unique());
        var user = await Existing(draft);
        await _members.Change(user.Id, Tagged("Customer", "customer") with { Roles = ["shop_lead"] }, Stop);
        await _members.Change(user.Id, Set(("interests", FieldContent.Of(["Yoga", "R&D"]))), Stop);

        var again = new MemberDirectory(_settings, TimeProvider.System);

        var found = Assert.Single(await again.FindByLink(draft.Contact, Stop));
        Assert.Equal(["Customer", "customer"], found.Tags!.Order(StringComparer.Ordinal));
        Assert.Equal(["shop_lead"], found.Roles);
        Assert.True(found.Values["interests"].SameAs(FieldContent.Of(["Yoga", "R&D"])));
        Assert.Equal((true, draft.CreationToken), (found.HasOurPassword, found.CreationToken));
        Assert.True(again.SignIn(draft.Email.ToUpperInvariant(), draft.Password.Text));
    }

    [Fact]
    public async Task Many_creates_of_one_person_at_once_make_one_member()
    {
        var draft = Draft(Unique());

        var ends = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Users.Create(draft, Stop))));

        Assert.Single(ends.OfType<Creation.Created>());
        Assert.Equal(15, ends.OfType<Creation.Duplicate>().Count());
    }

    [Fact]
    public async Task An_id_is_never_given_twice()
    {
        var gone = await Existing();
        _members.Remove(gone.Id);

        var next = await new MemberDirectory(_settings, TimeProvider.System).Create(Draft(Unique()), Stop);

        Assert.True(Assert.IsType<Creation.Created>(next).User.Id > gone.Id);
    }

    [Fact]
    public async Task What_cannot_be_stored_has_not_happened()
    {
        var user = await Existing();
        // Where the new state would be written to, something is in the way.
        Directory.CreateDirectory(_settings.File + ".new");
        var draft = Draft(Unique());

        var fault = await Assert.ThrowsAsync<TransientException>(() => Users.Create(draft, Stop));
        await Assert.ThrowsAsync<TransientException>(() => Users.Change(user.Id, Tagged("Customer"), Stop));

        Assert.False(fault.Unanswered);
        Assert.Empty((await Users.FindByEmail(draft.Email, Stop)).Users);
        Assert.Empty((await Again(user)).Tags!);
        Directory.Delete(_settings.File + ".new");
        await Existing(draft);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
