using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Domain;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Application.Tests;

/// <summary>The entry that needs no mediator, rules and callbacks of the application, and the inbox without a worker.</summary>
[Trait("Spec", "9.5")]
public sealed class EntryTests
{
    private readonly World _world = new();

    [Fact]
    public async Task A_use_case_runs_without_any_mediator()
    {
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start();

        var outcome = await process.CleanSync.Run(new AddUser("shop", 42), default);

        Assert.Equal("created", outcome.ToString());
    }

    [Fact]
    [Trait("Spec", "4.1")]
    public async Task What_the_application_asks_for_itself_is_told_once_and_settled()
    {
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start();

        var created = await process.Send(new AddUser("shop", 42));
        var again = await process.CleanSync.Run(new AddUser("shop", 42));

        Assert.Equal(("created", "unchanged"), (created.ToString(), again.ToString()));
        Assert.Empty(again.Warnings);
        Assert.Single(_world.Mails);
        Assert.Single(process.Notifications, notification => notification is UserCreated);
    }

    [Fact]
    public async Task A_mistake_is_told_by_name_whichever_way_it_comes()
    {
        using var process = _world.Start();

        var plain = await Assert.ThrowsAsync<ValidationException>(() =>
            process.CleanSync.Run(new AddUser("", 0), default)
        );
        var mediated = await Assert.ThrowsAsync<ValidationException>(() => process.Send(new AddUser("", 0)));

        Assert.Equal(["Site", "Contact"], plain.Errors.Select(error => error.PropertyName));
        Assert.Equal(["Site", "Contact"], mediated.Errors.Select(error => error.PropertyName));
    }

    [Fact]
    public async Task A_use_case_of_somebody_else_is_refused()
    {
        using var process = _world.Start();

        await Assert.ThrowsAsync<ArgumentException>(() => process.CleanSync.Run(new Stranger(), default));
    }

    [Fact]
    public async Task A_handler_that_the_application_replaced_runs_both_ways()
    {
        using var process = _world.Start(services =>
            services.AddSingleton<IRequestHandler<AddUser, SyncOutcome>, Replaced>()
        );

        Assert.Equal(7, (await process.CleanSync.Run(new AddUser("shop", 42), default)).UserId);
        Assert.Equal(7, (await process.Send(new AddUser("shop", 42))).UserId);
    }

    [Fact]
    public async Task A_rule_names_the_role_of_a_new_user()
    {
        _world.Contacts.Add(World.Ann(tags: "vip"));
        using var process = _world.Start(services => services.AddSingleton<IUserRule, VipsAreCustomers>());

        var outcome = await process.CleanSync.Run(new AddUser("shop", 42), default);

        Assert.Equal(["customer"], _world.Users.All[outcome.UserId!.Value].Roles);
    }

    [Fact]
    public async Task A_rule_that_throws_is_a_fault_of_the_contact_alone()
    {
        _world.Contacts.Add(World.Ann());
        await _world.Store.Accept("shop", 42, new SyncRequest(SyncAction.Add), default);
        using var process = _world.Start(services => services.AddSingleton<IUserRule, Broken>());

        Assert.Equal(1, await process.Pump.RunOnce("shop", default));

        Assert.NotNull(_world.Store.RowOf(42));
        Assert.Empty(_world.Users.All);
    }

    [Fact]
    public async Task What_a_callback_throws_keeps_nobody_from_hearing()
    {
        _world.Contacts.Add(World.Ann());
        await _world.Store.Accept("shop", 42, new SyncRequest(SyncAction.Add), default);
        using var process = _world.Start(services =>
            services.Insert(0, ServiceDescriptor.Singleton<INotificationHandler<UserCreated>, Broken>())
        );

        await process.Pump.RunOnce("shop", default);

        Assert.Contains(process.Notifications, notification => notification is UserCreated);
        Assert.Null(_world.Store.RowOf(42));
    }

    [Fact]
    public async Task Without_a_worker_the_application_works_what_is_due_and_gives_the_account_back()
    {
        for (var contact = 1; contact <= 250; contact++)
        {
            _world.Contacts.Add(World.Ann($"a{contact}@example.test") with { Id = contact });
            await _world.Store.Accept("shop", contact, new SyncRequest(SyncAction.Add), default);
        }
        using var process = _world.Start(services => services.AddSingleton<WorkerIsOff>());

        Assert.Equal(250, await process.CleanSync.Work("shop", default));
        Assert.Equal(0, await process.CleanSync.Work("shop", default));

        Assert.Equal(250, _world.Users.All.Count);
        Assert.Equal((2, 2), (process.Worker.Taken.Count, process.Worker.GivenBack));
        Assert.All(process.Worker.Taken, taken => Assert.Equal(["shop"], taken.Sites));
    }

    [Fact]
    public async Task A_system_that_is_down_ends_the_work_and_costs_no_attempt()
    {
        _world.Contacts.Add(World.Ann());
        await _world.Store.Accept("shop", 42, new SyncRequest(SyncAction.Add), default);
        using var process = _world.Start(services => services.AddSingleton<WorkerIsOff>());
        // For the contact, and when the account is asked whether it is only that.
        _world.Contacts.Faults.Enqueue(new SiteHeldException("activecampaign: HTTP 403"));
        _world.Contacts.Faults.Enqueue(new SiteHeldException("activecampaign: HTTP 403"));

        await Assert.ThrowsAsync<SiteHeldException>(() => process.CleanSync.Work("shop", default));
        _world.Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(1, await process.CleanSync.Work("shop", default));
        Assert.Single(_world.Users.All);
        Assert.Equal(process.Worker.Taken.Count, process.Worker.GivenBack);
    }

    [Fact]
    public async Task A_paused_site_is_not_worked()
    {
        _world.Contacts.Add(World.Ann());
        await _world.Store.Accept("shop", 42, new SyncRequest(SyncAction.Add), default);
        using var process = _world.Start(services => services.AddSingleton<WorkerIsOff>());
        await process.CleanSync.Run(new PauseSite("shop"), default);

        Assert.Equal(0, await process.CleanSync.Work("shop", default));

        Assert.Empty(_world.Users.All);
    }

    [Fact]
    public async Task Beside_a_worker_and_for_a_site_that_is_not_there_it_is_refused()
    {
        using var worked = _world.Start();
        await Assert.ThrowsAsync<InvalidOperationException>(() => worked.CleanSync.Work("shop", default));
        using var unworked = _world.Start(services => services.AddSingleton<WorkerIsOff>());
        await Assert.ThrowsAsync<PermanentException>(() => unworked.CleanSync.Work("shoe", default));
    }

    [Fact]
    [Trait("Spec", "5.4")]
    public async Task A_command_beside_another_process_that_works_the_account_writes_nothing()
    {
        _world.Contacts.Add(World.Ann());
        using var process = _world.Start(services => services.AddSingleton<IWorkerRole>(new Elsewhere(_world)));

        var fault = await Assert.ThrowsAsync<TransientException>(() =>
            process.CleanSync.Run(new AddUser("shop", 42), default)
        );

        Assert.Contains("ReceiveWebhook", fault.Message, StringComparison.Ordinal);
        Assert.False(fault.SpendsAttempt);
        Assert.Empty(_world.Users.All);
    }

    /// <summary>Another process has every account, and keeps it.</summary>
    private sealed class Elsewhere(World world) : IWorkerRole
    {
        public async Task<IWorkerRight> Take(
            string account,
            IReadOnlyList<string> sites,
            CancellationToken cancellationToken
        )
        {
            world.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException("never");
        }

        public bool Holds(string site) => false;
    }

    private sealed record Stranger : IUseCase<int>;

    private sealed class Replaced : IRequestHandler<AddUser, SyncOutcome>
    {
        public Task<SyncOutcome> Handle(AddUser request, CancellationToken cancellationToken) =>
            Task.FromResult(new SyncOutcome(OutcomeKind.Unchanged, []) { UserId = 7 });
    }

    private sealed class VipsAreCustomers : IUserRule
    {
        public RuleAdvice Advise(RuleQuestion question) =>
            question.Contact.Tags.Contains("vip") ? new RuleAdvice { Role = "customer" } : RuleAdvice.None;
    }

    private sealed class Broken : IUserRule, INotificationHandler<UserCreated>
    {
        public RuleAdvice Advise(RuleQuestion question) => throw new FormatException("a fault of the application");

        public Task Handle(UserCreated notification, CancellationToken cancellationToken) =>
            throw new FormatException("a fault of the application");
    }
}
