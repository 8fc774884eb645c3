using System.Collections.Immutable;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Configuration;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Moq;

namespace RulesUnitTest;

/// <summary>CleanSync as the application registers it, between an account, a directory and a store that are mocks.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <param name="more">Rules, for instance.</param>
    /// <param name="configure">Settings of the site.</param>
    public Site(Action<CleanSyncBuilder>? more = null, Action<SiteOptions>? configure = null)
    {
        var options = new SiteOptions();
        configure?.Invoke(options);
        var services = new ServiceCollection();
        var cleanSync = services
            .AddCleanSync(all => all.Sites["shop"] = options)
            .UseContacts((_, _) => Contacts.Object)
            .UseUserDirectory((_, _) => Users.Object)
            .UseStore(_ => Store.Object)
            .WithoutWorker();
        more?.Invoke(cleanSync);
        _services = services.BuildServiceProvider();
        ADirectoryWithNobodyInIt();
        AStoreThatKnowsNothing();
    }

    public Mock<IContacts> Contacts { get; } = new();

    public Mock<IUsers> Users { get; } = new();

    public Mock<IInbox> Inbox { get; } = new();

    public Mock<ILedger> Ledger { get; } = new();

    public IMediator Mediator => _services.GetRequiredService<IMediator>();

    private Mock<IStore> Store { get; } = new() { DefaultValue = DefaultValue.Mock };

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private void ADirectoryWithNobodyInIt()
    {
        Users.Setup(users => users.Describe(It.IsAny<CancellationToken>())).ReturnsAsync(DirectoryAbilities.Everything);
        Users
            .Setup(users => users.FindByLink(It.IsAny<long>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(ImmutableArray<User>.Empty);
        Users
            .Setup(users => users.FindByEmail(It.IsAny<string>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(Ann.Found());
        // Every role that is asked for is there, and harmless.
        Users
            .Setup(users => users.ResolveRoles(It.IsAny<IReadOnlyCollection<string>>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(
                (IReadOnlyCollection<string> names, CancellationToken _) =>
                    new RoleBook(names.Select(name => KeyValuePair.Create(name, (Role?)new Role(name, name, Read))))
            );
        Users
            .Setup(users => users.Create(It.IsAny<UserDraft>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(
                (UserDraft draft, CancellationToken _) => new Creation.Created(Ann.User(draft.Role ?? "subscriber"), [])
            );
        Users
            .Setup(users => users.Change(It.IsAny<long>(), It.IsAny<UserChanges>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new ChangeReport(UserGone: false, []));
    }

    private void AStoreThatKnowsNothing()
    {
        Store.Setup(store => store.Inbox).Returns(Inbox.Object);
        Store.Setup(store => store.Ledger).Returns(Ledger.Object);
        Store.Setup(store => store.Role.Holds("shop")).Returns(true);
        Ledger
            .Setup(ledger => ledger.Find("shop", It.IsAny<long>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((string site, long contact, CancellationToken _) => new LedgerEntry(site, contact));
        Ledger
            .Setup(ledger => ledger.LinkedContacts("shop", It.IsAny<long>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync([]);
    }

    private static IReadOnlySet<string> Read { get; } = ImmutableHashSet.Create("read");
}
