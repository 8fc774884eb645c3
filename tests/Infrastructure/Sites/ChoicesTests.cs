using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Sandbox;
using CleanSync.Infrastructure.Tests.Configuration;
using CleanSync.Infrastructure.WordPress;
using CleanSync.PostgreSql;
using CleanSync.Sqlite;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Moq;

namespace CleanSync.Infrastructure.Tests.Sites;

/// <summary>What an application chooses on the builder.</summary>
[Trait("Spec", "9.5")]
public sealed class ChoicesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cleansync-choices-");

    public void Dispose() => _folder.Delete(recursive: true);

    private string Database => $"Data Source={Path.Combine(_folder.FullName, "inbox.db")};Pooling=False";

    private static ServiceCollection Services()
    {
        var services = new ServiceCollection();
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        return services;
    }

    private static IConfiguration Of(Dictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings).Build();

    private static string[] Errors(CleanSyncBuilder builder)
    {
        using var provider = builder.Services.BuildServiceProvider();
        try
        {
            provider.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException invalid)
        {
            return [.. invalid.Failures];
        }
    }

    [Fact]
    public void Without_a_store_the_start_says_which_packages_have_one()
    {
        var error = Assert.Single(Errors(Services().AddCleanSync(Of(Settings.Minimal()))));

        Assert.Contains("UseSqlite()", error, StringComparison.Ordinal);
        Assert.Contains("CleanSync.PostgreSql", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_the_application_does_not_have_is_told_with_its_package()
    {
        var settings = Settings
            .Minimal()
            .With("Inbox:Provider", "PostgreSql")
            .With("Inbox:ConnectionString", "Host=db.example;Password=secret");

        var error = Assert.Single(Errors(Services().AddCleanSync(Of(settings)).UseSqlite()));

        Assert.Contains("CleanSync:Inbox:Provider is \"PostgreSql\"", error, StringComparison.Ordinal);
        Assert.Contains("UsePostgreSql()", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, typeof(SqliteStore))]
    [InlineData("Sqlite", typeof(SqliteStore))]
    [InlineData("PostgreSql", typeof(PostgreSqlStore))]
    public async Task The_settings_choose_among_the_stores_of_the_application(string? provider, Type store)
    {
        var settings = Settings
            .Minimal()
            .With("Inbox:Provider", provider)
            .With("Inbox:ConnectionString", provider == "PostgreSql" ? "Host=127.0.0.1;Port=1" : Database);
        await using var services = Services()
            .AddCleanSync(Of(settings))
            .UsePostgreSql()
            .UseSqlite()
            .Services.BuildServiceProvider();

        Assert.IsType(store, services.GetRequiredService<IStore>());
    }

    [Fact]
    public async Task A_connection_string_in_the_code_comes_before_the_settings()
    {
        var settings = Settings.Minimal().With("Inbox:ConnectionString", "Data Source=/nowhere/inbox.db");
        await using var services = Services()
            .AddCleanSync(Of(settings))
            .UsePostgreSql()
            .UseSqlite(Database)
            .Services.BuildServiceProvider();

        Assert.IsType<SqliteStore>(services.GetRequiredService<IStore>());
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "inbox.db")));
    }

    [Fact]
    public async Task A_store_of_the_applications_own_comes_before_all_others()
    {
        var own = Mock.Of<IStore>();
        await using var chosen = Services()
            .AddCleanSync(Of(Settings.Minimal()))
            .UseStore(_ => own)
            .UseSqlite(Database)
            .Services.BuildServiceProvider();
        var registered = Services().AddSingleton(own).AddCleanSync(Of(Settings.Minimal()));

        Assert.Same(own, chosen.GetRequiredService<IStore>());
        Assert.Empty(Errors(registered));
    }

    [Fact]
    public void Mails_through_a_server_need_the_package_for_it()
    {
        var settings = Settings
            .Minimal()
            .With("Smtp:Host", "mail.example")
            .With("Smtp:From", "shop@shop.example")
            .With("Sites:shop:WelcomeMail:Via", "Smtp");

        var error = Assert.Single(Errors(Services().AddCleanSync(Of(settings)).UseSqlite(Database)));

        Assert.Contains("CleanSync.Smtp", error, StringComparison.Ordinal);
        Assert.Empty(Errors(Services().AddCleanSync(Of(settings)).UseSqlite(Database).UseSmtp()));
    }

    [Fact]
    public void Only_what_stands_behind_the_ports_must_be_configured()
    {
        var bare = Of(new() { ["CleanSync:Sites:shop:Roles:Default"] = "subscriber" });

        var errors = Errors(Services().AddCleanSync(bare).UseSqlite(Database).UseWebhooks());
        Assert.Contains(errors, error => error.Contains("AccessKeys:0", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("ActiveCampaign:Url", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.Contains("WordPress:Url", StringComparison.Ordinal));

        Assert.Empty(
            Errors(
                Services()
                    .AddCleanSync(bare)
                    .UseSqlite(Database)
                    .UseContacts((_, _) => Mock.Of<IContacts>())
                    .UseUserDirectory((_, _) => Mock.Of<IUsers>())
            )
        );
    }

    [Fact]
    public void Mails_of_users_elsewhere_need_the_pages_that_they_lead_to()
    {
        var settings = Settings
            .Minimal()
            .With("Smtp:Host", "mail.example")
            .With("Smtp:From", "shop@shop.example")
            .With("Sites:shop:WelcomeMail:Via", "Smtp");
        CleanSyncBuilder Builder() =>
            Services()
                .AddCleanSync(Of(settings))
                .UseSqlite(Database)
                .UseSmtp()
                .UseUserDirectory((_, _) => Mock.Of<IUsers>());

        Assert.Equal(2, Errors(Builder()).Length);
        settings.With("Sites:shop:WelcomeMail:LoginUrl", "https://app.example/login");
        settings.With("Sites:shop:WelcomeMail:SetPasswordUrl", "/forgot");
        Assert.Contains("SetPasswordUrl is \"/forgot\"", Assert.Single(Errors(Builder())), StringComparison.Ordinal);
        settings.With("Sites:shop:WelcomeMail:SetPasswordUrl", "https://app.example/forgot");
        Assert.Empty(Errors(Builder()));
    }

    [Fact]
    public async Task A_choice_for_a_site_comes_before_one_for_all_and_the_later_before_the_earlier()
    {
        var settings = Settings
            .Minimal()
            .Concat(Settings.Minimal("blog", Settings.Key + "2"))
            .Concat(Settings.Minimal("club", Settings.Key + "3"))
            .ToDictionary();
        var (first, second, members) = (Users(), Users(), Users());
        await using var services = Services()
            .AddCleanSync(Of(settings))
            .UseSqlite(Database)
            .UseUserDirectory((_, _) => members, "club")
            .UseUserDirectory((_, _) => first)
            .UseUserDirectory((_, _) => second)
            .UseWordPress("blog")
            .Services.BuildServiceProvider();
        var sites = services.GetRequiredService<ISites>();

        Assert.True((await sites.Find("shop")!.Users.FindById(1, default))!.Login == Login(second));
        Assert.True((await sites.Find("club")!.Users.FindById(1, default))!.Login == Login(members));
        Assert.IsType<WordPressUsers>(sites.Find("blog")!.Users);
    }

    [Fact, Trait("Spec", "5.4")]
    public async Task A_directory_of_the_applications_own_is_not_written_without_the_right_to()
    {
        var users = new Mock<IUsers>(MockBehavior.Strict);
        users.Setup(u => u.FindById(1, default)).ReturnsAsync((User?)null);
        users.As<IWelcomeMail>();
        await using var services = Services()
            .AddCleanSync(Of(Settings.Minimal()))
            .UseSqlite(Database)
            .UseUserDirectory((_, _) => users.Object)
            .UseContacts((_, _) => Mock.Of<IContacts>(MockBehavior.Strict))
            .Services.BuildServiceProvider();
        var site = services.GetRequiredService<ISites>().Find("shop")!;

        await site.Users.FindById(1, default);
        await Assert.ThrowsAsync<TransientException>(() => site.Users.Change(1, UserChanges.None, default));
        await Assert.ThrowsAsync<TransientException>(() =>
            site.Contacts.Write(1, new Dictionary<string, string>(), default)
        );
        await Assert.ThrowsAsync<TransientException>(() =>
            site.Mail.Send(new WelcomeMessage(1, "ann", "ann@example.test", "", ""), default)
        );
    }

    [Fact]
    public async Task The_sandbox_does_the_whole_job_without_any_setting()
    {
        var created = new List<long>();
        var heard = new TaskCompletionSource();
        await using var services = Services()
            .AddCleanSync(_ => { })
            .UseSqlite(Database)
            .UseSandbox()
            .WithoutWorker()
            .On<UserCreated>(
                (_, user, _) =>
                {
                    created.Add(user.UserId);
                    heard.SetResult();
                    return Task.CompletedTask;
                }
            )
            .Services.BuildServiceProvider();
        var sandbox = services.GetRequiredService<SandboxEnds>();
        var ann = sandbox.Account.AddContact(
            new SandboxDetails
            {
                Email = "ann@example.test",
                FirstName = "Ann",
                Tags = ["gold"],
            }
        );
        var cleanSync = services.GetRequiredService<ICleanSync>();

        await cleanSync.Run(new ReceiveWebhook("sandbox", SyncAction.Add, ann));
        Assert.Equal(1, await cleanSync.Work("sandbox"));

        await heard.Task;
        var user = Assert.Single(sandbox.Users, user => user.Email == "ann@example.test");
        Assert.Equal(["gold"], user.Tags!);
        Assert.Equal([user.Id], created);
        Assert.Empty(sandbox.Mails);
    }

    [Fact]
    public async Task Without_a_worker_nothing_begins_by_itself()
    {
        await using var services = Services()
            .AddCleanSync(_ => { })
            .UseSqlite(Database)
            .UsePostgreSql()
            .UseSandbox()
            .WithoutWorker()
            .Services.BuildServiceProvider();
        var ann = services
            .GetRequiredService<SandboxEnds>()
            .Account.AddContact(new SandboxDetails { Email = "ann@example.test" });
        await services.GetRequiredService<ICleanSync>().Run(new ReceiveWebhook("sandbox", SyncAction.Add, ann));

        foreach (var hosted in services.GetServices<IHostedService>().OfType<BackgroundService>())
        {
            await hosted.StartAsync(default);
            await hosted.ExecuteTask!;
        }

        Assert.Equal(0, services.GetRequiredService<SandboxEnds>().Account.Requests);
    }

    [Fact, Trait("Spec", "5.4")]
    public async Task Commands_without_a_worker_have_the_account_for_as_long_as_they_run()
    {
        await using var services = Services()
            .AddCleanSync(_ => { })
            .UseSqlite(Database)
            .UseSandbox()
            .WithoutWorker()
            .Services.BuildServiceProvider(
                new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }
            );
        var contact = services
            .GetRequiredService<SandboxEnds>()
            .Account.AddContact(new SandboxDetails { Email = "bob@example.test" });
        await using var scope = services.CreateAsyncScope();

        var role = services.GetRequiredService<IWorkerRole>();
        var mediator = scope.ServiceProvider.GetRequiredService<IMediator>();

        var outcomes = await Task.WhenAll(
            mediator.Send(new AddUser("sandbox", contact)),
            mediator.Send(new UpdateUser("sandbox", contact)),
            mediator.Send(new AddUser("sandbox", contact))
        );

        Assert.Single(outcomes, outcome => outcome.Kind == OutcomeKind.Created);
        Assert.False(role.Holds("sandbox"));
        await using (await role.Take("sandbox", ["sandbox"], default))
            Assert.Equal(OutcomeKind.Unchanged, (await mediator.Send(new UpdateUser("sandbox", contact))).Kind);
    }

    private static IUsers Users()
    {
        var login = Guid.NewGuid().ToString("N");
        var user = new User(
            1,
            login,
            "ann@example.test",
            [],
            new HashSet<string>(),
            new Dictionary<string, FieldContent>(),
            null
        );
        return Mock.Of<IUsers>(u => u.FindById(1, It.IsAny<CancellationToken>()) == Task.FromResult<User?>(user));
    }

    private static string Login(IUsers users) => users.FindById(1, default).Result!.Login;
}
