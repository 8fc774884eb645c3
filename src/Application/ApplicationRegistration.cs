using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using CleanSync.Application.Syncing;
using FluentValidation;
using MediatR;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the use cases. Everything of MediatR is here, so that a move to another version is a change of this file.</summary>
internal static class ApplicationRegistration
{
    public static IServiceCollection AddCleanSyncApplication(this IServiceCollection services)
    {
        if (HasOurMediator())
            services.AddMediator();

        services.AddUseCase<ReceiveWebhook, WebhookReceipt, ReceiveWebhook.Handler, ReceiveWebhook.Validator>();
        services.AddUseCase<AddUser, SyncOutcome, AddUser.Handler, AddUser.Validator>();
        services.AddUseCase<UpdateUser, SyncOutcome, UpdateUser.Handler, UpdateUser.Validator>();
        services.AddUseCase<UpdateTags, SyncOutcome, UpdateTags.Handler, UpdateTags.Validator>();
        services.AddUseCase<RetryParked, int, RetryParked.Handler, RetryParked.Validator>();
        services.AddUseCase<InstallWebhook, WebhookInstallation, InstallWebhook.Handler, InstallWebhook.Validator>();
        services.AddUseCase<CheckWebhook, WebhookCondition, CheckWebhook.Handler, CheckWebhook.Validator>();
        services.AddUseCase<RemoveWebhook, int, RemoveWebhook.Handler, RemoveWebhook.Validator>();

        services.AddUseCase<PauseSite, SitePause, PauseSite.Handler, PauseSite.Validator>();
        services.AddUseCase<ResumeSite, SitePause?, ResumeSite.Handler, ResumeSite.Validator>();

        services.AddUseCase<ReadStatus, SiteStatus, ReadStatus.Handler, ReadStatus.Validator>();
        services.AddUseCase<CatchUp, int, CatchUp.Handler, CatchUp.Validator>();
        services.AddUseCase<StartImport, Job?, StartImport.Handler, StartImport.Validator>();
        services.AddUseCase<StartSweep, Job?, StartSweep.Handler, StartSweep.Validator>();
        services.AddUseCase<AdvanceJob, bool, AdvanceJob.Handler, AdvanceJob.Validator>();
        services.AddUseCase<CancelJob, Job?, CancelJob.Handler, CancelJob.Validator>();

        services.AddUseCase<
            ClearReturnedPasswords,
            int,
            ClearReturnedPasswords.Handler,
            ClearReturnedPasswords.Validator
        >();

        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Randomness>();
        services.TryAddSingleton<SyncSettings>();
        services.TryAddSingleton<InboxSignals>();
        services.TryAddSingleton<SiteStates>();
        services.TryAddSingleton<SiteProbe>();
        services.TryAddSingleton<SiteRuns>();
        services.TryAddSingleton<SyncMetrics>();
        services.TryAddSingleton<WebhookWatch>();
        services.TryAddSingleton<WorkingRight>();
        services.TryAddSingleton<PersonLocks>();
        services.TryAddSingleton<PasswordMemory>();
        services.TryAddSingleton<ClearReturnedPasswords.Rounds>();
        services.TryAddSingleton<RoleWatch>();
        services.TryAddSingleton<Guard>();
        services.TryAddSingleton<Decider>();
        services.TryAddSingleton<Owners>();
        services.TryAddSingleton<IntentReview>();
        services.TryAddSingleton<ChangeWriter>();
        services.TryAddSingleton<UserCreation>();
        services.TryAddSingleton<Obligations>();
        services.TryAddSingleton<UseCases>();
        services.TryAddSingleton<ICleanSync, ManualWork>();
        services.TryAddSingleton(provider => new SyncPump(
            provider.GetRequiredService<IInbox>(),
            provider.GetRequiredService<UseCases>(),
            provider.GetRequiredService<InboxSignals>(),
            provider.GetRequiredService<SiteStates>(),
            provider.GetRequiredService<SiteProbe>(),
            provider.GetRequiredService<SyncSettings>(),
            provider.GetRequiredService<SyncMetrics>(),
            provider.GetRequiredService<Randomness>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<Logging.ILogger<SyncPump>>()
        ));
        return services;
    }

    /// <summary>Works the inbox in the background for as long as the host lives.</summary>
    public static IServiceCollection AddCleanSyncWorker(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SyncWorker>());
        return services;
    }

    // The rest of CleanSync uses contracts alone, which all versions of MediatR share. An application that brings a later version registers
    // its own mediator, which finds the handlers too; what is below has another shape there, and must not even be looked at.
    private static bool HasOurMediator() => typeof(IMediator).Assembly.GetName().Version is { Major: < 6 };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddMediator(this IServiceCollection services)
    {
        services.TryAddTransient<ServiceFactory>(provider => provider.GetService!);
        services.TryAddTransient<IMediator, Mediator>();
    }

    private static void AddUseCase<
        TUseCase,
        TOutcome,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TValidator
    >(this IServiceCollection services)
        where TUseCase : IUseCase<TOutcome>
        where THandler : class, IRequestHandler<TUseCase, TOutcome>
        where TValidator : class, IValidator<TUseCase>
    {
        services.TryAddTransient<THandler>();
        services.TryAddTransient<IRequestHandler<TUseCase, TOutcome>, Checked<TUseCase, TOutcome, THandler>>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidator<TUseCase>, TValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<UseCases.Route, UseCases.Route<TUseCase, TOutcome>>());
    }
}
