using System.Diagnostics.CodeAnalysis;
using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.Application.Pumping;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace CleanSync.PostgreSql;

/// <summary>Hears from the other nodes: what they stored for the sites that this one works, and accounts that they gave back.</summary>
internal sealed class PostgreSqlListener(
    IStore shared,
    ISites sites,
    InboxSignals signals,
    TimeProvider time,
    IEnumerable<WorkerIsOff> off,
    ILogger<PostgreSqlListener> logger
) : BackgroundService
{
    /// <summary>The channel on which a node says that a site has work.</summary>
    public const string Inbox = "cleansync_inbox";

    /// <summary>The channel on which a node says that it gave an account back.</summary>
    public const string Accounts = "cleansync_accounts";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever happens to the connection, another is opened.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Another store was chosen, or nobody waits for work.
        if (off.Any() || shared is not PostgreSqlStore store)
            return;
        var deaf = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = await Connect(store, stoppingToken);
                deaf = false;
                while (true)
                    await connection.WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                if (!deaf)
                    Log.Deaf(logger, PostgreSqlFault.Describe(error));
                deaf = true;
            }
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<NpgsqlConnection> Connect(PostgreSqlStore store, CancellationToken cancellationToken)
    {
        await store.Database.Upgrade(cancellationToken);
        var own = new NpgsqlConnectionStringBuilder(store.Database.ConnectionString)
        {
            Pooling = false,
            // Finds out that the other end is gone.
            KeepAlive = 10,
            ApplicationName = "CleanSync listener",
        };
        var connection = new NpgsqlConnection(own.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            connection.Notification += (_, message) => Hear(store, message);
            await connection.Execute($"LISTEN {Inbox}; LISTEN {Accounts}");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        // What was said meanwhile was not heard.
        foreach (var site in sites.Names)
            signals.Wake(site);
        store.WorkerRole.Wake();
        return connection;
    }

    private void Hear(PostgreSqlStore store, NpgsqlNotificationEventArgs message)
    {
        if (string.Equals(message.Channel, Accounts, StringComparison.Ordinal))
            store.WorkerRole.Wake();
        else if (sites.Names.Contains(message.Payload, StringComparer.Ordinal))
            signals.Heard(message.Payload);
    }
}
