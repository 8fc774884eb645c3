using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Application.Syncing;
using CleanSync.Domain;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.Application.Tests;

/// <summary>
/// Both remote systems, the mail and the store, all in memory and outliving any process; and the processes that work on them.
/// Every call of a port is a pair of steps, one before and one after its effect, at which the process can be made to die.
/// </summary>
internal sealed class World : ISites, IWelcomeMail
{
    public World()
    {
        Contacts = new FakeContacts(this);
        Users = new FakeUsers(this);
        Store = new MemoryStore(this);
    }

    public const string SiteName = "shop";

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    public FakeContacts Contacts { get; }
    public FakeUsers Users { get; }
    public MemoryStore Store { get; }
    public List<WelcomeMessage> Mails { get; } = [];
    public Queue<MailEnd> MailEnds { get; } = [];

    public SiteRules Rules { get; set; } =
        new()
        {
            ReturnPasswordField = "%WPPASSWORD%",
            ReturnUsernameField = "%WPLOGIN%",
            SendWelcomeMail = true,
        };

    /// <summary>How many steps the present process may make before it dies; null for ever.</summary>
    public int? StepsLeft { get; set; }

    public int Steps { get; private set; }

    public IReadOnlyList<string> Names => [SiteName];

    public FakeWebhooks Webhooks { get; } = new();

    public WebhookAddress WebhookAddress { get; set; } = WebhookAddress.Unknown;

    public CatchUpSettings CatchUp { get; set; } = new();

    public Site? Find(string name) =>
        name == SiteName
            ? new Site(name, Rules, Contacts, Users, this)
            {
                Webhooks = Webhooks,
                WebhookAddress = WebhookAddress,
                CatchUp = CatchUp,
            }
            : null;

    public Process Start(Action<IServiceCollection>? more = null) => new(this, more);

    /// <summary>Runs at every step.</summary>
    public Action? AtStep { get; set; }

    public void Step()
    {
        Steps++;
        AtStep?.Invoke();
        if (StepsLeft is { } left && (StepsLeft = left - 1) < 0)
            throw new ProcessDied();
    }

    async Task<MailEnd> IWelcomeMail.Send(WelcomeMessage message, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Step();
        MailEnd end;
        // Mails of one batch go out at the same time.
        lock (Mails)
        {
            end = MailEnds.TryDequeue(out var told) ? told : MailEnd.Sent;
            if (end is MailEnd.Sent or MailEnd.Unknown)
                Mails.Add(message);
        }
        Step();
        return end;
    }

    internal sealed class ProcessDied : Exception;

    /// <summary>One process: everything it remembers is lost with it.</summary>
    internal sealed class Process : IDisposable
    {
        private readonly ServiceProvider _services;

        public Process(World world, Action<IServiceCollection>? more = null)
        {
            var services = new ServiceCollection();
            services.AddSingleton<TimeProvider>(world.Time);
            services.AddSingleton<ISites>(world);
            services.AddSingleton<IInbox>(world.Store);
            services.AddSingleton<ILedger>(world.Store);
            services.AddSingleton<IHistory>(world.Store);
            services.AddSingleton<ISiteRecords>(world.Store);
            services.AddSingleton<IJobs>(world.Store);
            services.AddSingleton<IWorkerRole>(Worker);
            services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
            services.AddSingleton<INotificationHandler<UserCreated>>(new Recorder<UserCreated>(Notifications));
            services.AddSingleton<INotificationHandler<TagsChanged>>(new Recorder<TagsChanged>(Notifications));
            services.AddSingleton<INotificationHandler<ContactMerged>>(new Recorder<ContactMerged>(Notifications));
            services.AddSingleton<INotificationHandler<ContactGone>>(new Recorder<ContactGone>(Notifications));
            services.AddSingleton<INotificationHandler<ContactParked>>(new Recorder<ContactParked>(Notifications));
            more?.Invoke(services);
            services.AddCleanSyncApplication();
            _services = services.BuildServiceProvider(
                new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true }
            );
        }

        public List<INotification> Notifications { get; } = [];
        public SoleWorker Worker { get; } = new();
        public ICleanSync CleanSync => _services.GetRequiredService<ICleanSync>();
        public UseCases UseCases => _services.GetRequiredService<UseCases>();
        public PersonLocks Locks => _services.GetRequiredService<PersonLocks>();
        public PasswordMemory Memory => _services.GetRequiredService<PasswordMemory>();
        public SyncPump Pump => _services.GetRequiredService<SyncPump>();
        public SiteStates States => _services.GetRequiredService<SiteStates>();
        public SiteRuns Runs => _services.GetRequiredService<SiteRuns>();
        public SiteProbe Probe => _services.GetRequiredService<SiteProbe>();
        public Guard Guard => _services.GetRequiredService<Guard>();
        public SyncMetrics Metrics => _services.GetRequiredService<SyncMetrics>();
        public InboxSignals Signals => _services.GetRequiredService<InboxSignals>();

        public async Task<T> Send<T>(IRequest<T> command)
        {
            await using var scope = _services.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<IMediator>().Send(command);
        }

        public void Dispose() => _services.Dispose();
    }

    private sealed class Recorder<T>(List<INotification> seen) : INotificationHandler<T>
        where T : INotification
    {
        public Task Handle(T notification, CancellationToken cancellationToken)
        {
            lock (seen)
                seen.Add(notification);
            return Task.CompletedTask;
        }
    }

    public static Contact Ann(string email = "ann@example.test", params string[] tags) =>
        new(42, email, "Ann", "Lee", "", "", null, null, [], tags.ToImmutableHashSet(), ReadAlone: false);
}
