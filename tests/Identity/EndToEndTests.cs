using System.Collections.Immutable;
using System.Security.Cryptography;
using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using MediatR;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Identity.Tests;

/// <summary>The use cases as an application sends them, over its Identity and an account in memory.</summary>
public sealed class EndToEndTests : IdentityTests
{
    private readonly string _inbox = Path.Combine(Path.GetTempPath(), $"cleansync-inbox-{Guid.NewGuid():N}.db");
    private readonly Account _account = new();

    [Fact, Trait("Spec", "9.5"), Trait("Spec", "3.2")]
    public async Task A_contact_becomes_a_user_who_signs_in_with_the_returned_password_and_is_kept_in_step()
    {
        await Start();
        await using var services = CleanSync();
        var mediator = services.GetRequiredService<IMediator>();
        _account.Contact = Contact("ann+shop@example.test", "Ann", "Customer", "Newsletter");

        var added = await mediator.Send(new AddUser("shop", 42), Stop);

        Assert.Equal(OutcomeKind.Created, added.Kind);
        Assert.Empty(added.Warnings);
        var user = await Found("ann+shop@example.test");
        Assert.Equal(added.UserId, user.Id);
        Assert.Equal("ann-shop@example.test", user.Login);
        Assert.Equal(["subscriber"], user.Roles);
        Assert.True(user.Tags!.SetEquals(["Customer", "Newsletter"]));
        Assert.Equal(FieldContent.Of("Ann"), user.Values["first_name"]);
        Assert.Equal(["red"], Assert.IsType<FieldContent.Items>(user.Values["interests"]).Values);
        Assert.True(await Bed.LogIn(user.Login, _account.Returned!));

        Assert.Equal(OutcomeKind.Unchanged, (await mediator.Send(new AddUser("shop", 42), Stop)).Kind);

        _account.Contact = Contact("anna@example.test", "Anna", "Customer");
        Assert.Equal(OutcomeKind.Updated, (await mediator.Send(new UpdateUser("shop", 42), Stop)).Kind);
        var now = await Found("anna@example.test");
        Assert.Equal(user.Id, now.Id);
        Assert.Equal(["Customer"], now.Tags!);
        Assert.Equal(FieldContent.Of("Anna"), now.Values["first_name"]);
    }

    [Fact, Trait("Spec", "9.5"), Trait("Spec", "2.5")]
    public async Task Who_registered_with_the_application_himself_is_linked_by_email_and_keeps_his_password()
    {
        await Start();
        await Bed.AddUser("bob", "bob@example.test", "subscriber");
        await using var services = CleanSync();
        var mediator = services.GetRequiredService<IMediator>();
        _account.Contact = Contact("BOB@example.test", "Bob", "Customer");

        var outcome = await mediator.Send(new AddUser("shop", 42), Stop);

        Assert.Equal(OutcomeKind.Updated, outcome.Kind);
        Assert.Null(_account.Returned);
        Assert.True(await Bed.LogIn("bob", "Own password 1!"));
        Assert.Equal("bob", Assert.Single(await Users.FindByLink(42, Stop)).Login);
        Assert.Equal(1, await Bed.Get<UserManager<AppUser>, int>(users => Task.FromResult(users.Users.Count())));
    }

    [Fact, Trait("Spec", "2.11")]
    public async Task An_admin_keeps_his_email_whatever_his_contact_says()
    {
        await Start();
        await Bed.AddRole("Admin");
        await Bed.AddUser("boss", "boss@example.test", "Admin");
        await using var services = CleanSync();
        var mediator = services.GetRequiredService<IMediator>();
        _account.Contact = Contact("boss@example.test", "Boss", "Customer");
        await mediator.Send(new AddUser("shop", 42), Stop);

        _account.Contact = Contact("boss@evil.test", "Boss", "Customer");
        var outcome = await mediator.Send(new AddUser("shop", 42, "subscriber"), Stop);

        Assert.Contains(outcome.Warnings, warning => warning.Code is "email_kept_privileged");
        Assert.Equal(["Admin"], (await Found("boss@example.test")).Roles);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var file in new[] { _inbox, _inbox + "-wal", _inbox + "-shm" })
            File.Delete(file);
    }

    private static Contact Contact(string email, string firstName, params string[] tags) =>
        new(
            42,
            email,
            firstName,
            "Other",
            "",
            "",
            null,
            null,
            [
                new("1", "WPPASSWORD", ""),
                new("2", "INTERESTS", "||red||"),
                new("3", "LEVEL", ""),
                new("4", "POINTS", ""),
            ],
            tags.ToImmutableHashSet(StringComparer.Ordinal),
            ReadAlone: false
        );

    private ServiceProvider CleanSync()
    {
        Bed.Site.ReturnPassword.Field = "%WPPASSWORD%";
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["CleanSync:Inbox:ConnectionString"] = $"Data Source={_inbox};Pooling=False",
            ["CleanSync:Sites:shop:AccessKeys:0"] = Convert.ToHexString(RandomNumberGenerator.GetBytes(32)),
            ["CleanSync:Sites:shop:ActiveCampaign:Url"] = "https://account.invalid",
            ["CleanSync:Sites:shop:ActiveCampaign:ApiToken"] = "token",
            ["CleanSync:Sites:shop:WordPress:Url"] = "https://shop.invalid",
            ["CleanSync:Sites:shop:WordPress:Username"] = "nobody",
            ["CleanSync:Sites:shop:WordPress:ApplicationPassword"] = "none",
        };
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<ISites>(new Sites(new Site("shop", Bed.Rules, _account, Users, new NoMail())));
        services.AddCleanSync(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).UseSqlite();
        return services.BuildServiceProvider();
    }

    private sealed class Sites(Site site) : ISites
    {
        public IReadOnlyList<string> Names => [site.Name];

        public Site? Find(string name) => string.Equals(name, site.Name, StringComparison.Ordinal) ? site : null;
    }

    private sealed class NoMail : IWelcomeMail
    {
        public Task<MailEnd> Send(WelcomeMessage message, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    /// <summary>An account with one contact.</summary>
    private sealed class Account : IContacts
    {
        public Contact? Contact { get; set; }

        public string? Returned { get; private set; }

        public Task<Contact?> Find(long id, CancellationToken cancellationToken) => Task.FromResult(Contact);

        public Task<Contact?> FindAlone(long id, CancellationToken cancellationToken) =>
            Task.FromResult(Contact is { } contact ? contact with { ReadAlone = true } : null);

        public Task<ContactPage> List(ContactQuery query, long after, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<long?> FindIdByEmail(string email, CancellationToken cancellationToken) =>
            Task.FromResult<long?>(null);

        public Task<FieldWrite> Write(
            long id,
            IReadOnlyDictionary<string, string> values,
            CancellationToken cancellationToken
        )
        {
            Returned = values["%WPPASSWORD%"];
            return Task.FromResult(FieldWrite.Written);
        }

        public Task<IReadOnlyList<string>> UnknownFields(
            IReadOnlyCollection<string> references,
            CancellationToken cancellationToken
        ) => Task.FromResult<IReadOnlyList<string>>([]);

        public Task Probe(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
