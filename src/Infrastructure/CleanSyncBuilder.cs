using System.Diagnostics.CodeAnalysis;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Domain;
using CleanSync.Infrastructure.Configuration;
using CleanSync.Infrastructure.Sites;
using MediatR;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Chooses what stands behind the ports of CleanSync. Whatever is not chosen is ActiveCampaign and WordPress, as the settings name them. Of
/// two choices for the same site the later one holds, and one that names a site comes before one for all.
/// </summary>
public sealed class CleanSyncBuilder
{
    internal CleanSyncBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the application.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Takes users from a directory of the application's own, made once by the container, for one site or all that are not named.</summary>
    /// <typeparam name="TUsers">The directory. When it implements <see cref="IWelcomeMail"/> too, it mails the welcomes.</typeparam>
    /// <param name="site">The site; null for all.</param>
    public CleanSyncBuilder UseUserDirectory<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TUsers
    >(string? site = null)
        where TUsers : class, IUsers
    {
        Services.TryAddSingleton<TUsers>();
        return UseUserDirectory((services, _) => services.GetRequiredService<TUsers>(), site);
    }

    /// <summary>Takes users from a directory that is made for each site by its name.</summary>
    /// <param name="make">Makes it, once for each site. What it makes may implement <see cref="IWelcomeMail"/> too.</param>
    /// <param name="site">The site; null for all.</param>
    public CleanSyncBuilder UseUserDirectory(Func<IServiceProvider, string, IUsers> make, string? site = null) =>
        Choose(site, make ?? throw new ArgumentNullException(nameof(make)));

    /// <summary>Takes users from the WordPress that the settings name: what holds anyway, unless another directory was chosen for all sites.</summary>
    /// <param name="site">The site; null for all.</param>
    public CleanSyncBuilder UseWordPress(string? site = null) => Choose<IUsers>(site, make: null);

    /// <summary>Takes contacts from a system of the application's own, made once by the container.</summary>
    /// <typeparam name="TContacts">The system. When it implements <see cref="IWebhooks"/> too, the webhook commands manage those.</typeparam>
    /// <param name="site">The site; null for all.</param>
    public CleanSyncBuilder UseContacts<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TContacts
    >(string? site = null)
        where TContacts : class, IContacts
    {
        Services.TryAddSingleton<TContacts>();
        return UseContacts((services, _) => services.GetRequiredService<TContacts>(), site);
    }

    /// <summary>Takes contacts from a system that is made for each site by its name.</summary>
    /// <param name="make">Makes it, once for each site. What it makes may implement <see cref="IWebhooks"/> too.</param>
    /// <param name="site">The site; null for all.</param>
    public CleanSyncBuilder UseContacts(Func<IServiceProvider, string, IContacts> make, string? site = null) =>
        Choose(site, make ?? throw new ArgumentNullException(nameof(make)));

    /// <summary>Takes contacts from the ActiveCampaign account that the settings name: what holds anyway, unless others were chosen for all sites.</summary>
    /// <param name="site">The site; null for all.</param>
    public CleanSyncBuilder UseActiveCampaign(string? site = null) => Choose<IContacts>(site, make: null);

    /// <summary>Lets the application mail the welcomes itself.</summary>
    /// <typeparam name="TMail">Who mails; made once by the container.</typeparam>
    /// <param name="site">The site; null for all.</param>
    public CleanSyncBuilder UseWelcomeMail<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TMail
    >(string? site = null)
        where TMail : class, IWelcomeMail
    {
        Services.TryAddSingleton<TMail>();
        return UseWelcomeMail((services, _) => services.GetRequiredService<TMail>(), site);
    }

    /// <summary>Lets the application mail the welcomes itself, by something that is made for each site by its name.</summary>
    /// <param name="make">Makes it, once for each site.</param>
    /// <param name="site">The site; null for all.</param>
    public CleanSyncBuilder UseWelcomeMail(Func<IServiceProvider, string, IWelcomeMail> make, string? site = null) =>
        Choose(site, make ?? throw new ArgumentNullException(nameof(make)));

    /// <summary>Keeps everything in a store of the application's own, whatever <c>Inbox:Provider</c> says.</summary>
    /// <param name="open">Opens it, once. It is disposed with the container.</param>
    public CleanSyncBuilder UseStore(Func<IServiceProvider, IStore> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        return UseStore(provider: null, open);
    }

    /// <summary>Asks a rule of the application's own about each contact, after the rules that were added before.</summary>
    /// <typeparam name="TRule">The rule; made once by the container.</typeparam>
    public CleanSyncBuilder AddRule<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TRule
    >()
        where TRule : class, IUserRule
    {
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IUserRule, TRule>());
        return this;
    }

    /// <summary>Asks a rule of the application's own about each contact, after the rules that were added before.</summary>
    /// <param name="rule">The rule.</param>
    public CleanSyncBuilder AddRule(IUserRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        Services.AddSingleton(rule);
        return this;
    }

    /// <summary>
    /// Calls back when something happened, once the work is recorded. What it throws is logged and changes nothing. The same as a handler of MediatR's
    /// for that notification.
    /// </summary>
    /// <typeparam name="TNotification">For instance <see cref="CleanSync.Application.UserCreated"/>.</typeparam>
    /// <param name="handle">Gets the services of a scope of its own.</param>
    public CleanSyncBuilder On<TNotification>(Func<IServiceProvider, TNotification, CancellationToken, Task> handle)
        where TNotification : INotification
    {
        ArgumentNullException.ThrowIfNull(handle);
        Services.AddTransient<INotificationHandler<TNotification>>(services => new Callback<TNotification>(
            services,
            handle
        ));
        return this;
    }

    /// <summary>
    /// Lets nothing run by itself: no pump, no catching up, no timer. The application works the inbox by
    /// <see cref="CleanSync.Application.ICleanSync.Work"/>.
    /// </summary>
    public CleanSyncBuilder WithoutWorker()
    {
        Services.TryAddSingleton<WorkerIsOff>();
        return this;
    }

    internal CleanSyncBuilder UseStore(InboxProvider? provider, Func<IServiceProvider, IStore> open)
    {
        Services.AddSingleton(new StoreChoice(provider, open));
        return this;
    }

    private CleanSyncBuilder Choose<TPort>(string? site, Func<IServiceProvider, string, TPort>? make)
    {
        Services.AddSingleton(new AdapterChoice<TPort>(site, make));
        return this;
    }

    private sealed class Callback<TNotification>(
        IServiceProvider services,
        Func<IServiceProvider, TNotification, CancellationToken, Task> handle
    ) : INotificationHandler<TNotification>
        where TNotification : INotification
    {
        public Task Handle(TNotification notification, CancellationToken cancellationToken) =>
            handle(services, notification, cancellationToken);
    }
}
