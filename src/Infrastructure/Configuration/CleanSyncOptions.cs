namespace CleanSync.Infrastructure.Configuration;

/// <summary>Everything that is configured, under the key <c>CleanSync</c>. What is left out has the default named here.</summary>
public sealed class CleanSyncOptions
{
    /// <summary>The key under which all settings stand.</summary>
    public const string Key = "CleanSync";

    /// <summary>Where accepted webhooks are kept.</summary>
    public InboxOptions Inbox { get; set; } = new();

    /// <summary>How long outcomes are kept.</summary>
    public HistoryOptions History { get; set; } = new();

    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) of proxies whose <c>X-Forwarded-For</c> is believed. Default none.</summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>The mail server, needed by sites that send their welcome mail through it.</summary>
    public SmtpOptions Smtp { get; set; } = new();

    /// <summary>The sites by name: 1 to 40 characters out of a-z, 0-9 and -. Without any, there is nothing to sync.</summary>
    public IDictionary<string, SiteOptions> Sites { get; } =
        new SortedDictionary<string, SiteOptions>(StringComparer.Ordinal);

    /// <summary>What could not be read from the configuration; part of the validation.</summary>
    internal IReadOnlyList<string> Unreadable { get; set; } = [];
}

/// <summary>The stores for the inbox that come with CleanSync.</summary>
public enum InboxProvider
{
    /// <summary>A file on this machine, for one working process.</summary>
    Sqlite,

    /// <summary>A PostgreSQL server, version 14 or later, for any number of nodes.</summary>
    PostgreSql,
}

/// <summary>Where accepted webhooks are kept.</summary>
public sealed class InboxOptions
{
    /// <summary>
    /// The store, one that the application uses (<c>UseSqlite</c>, <c>UsePostgreSql</c>). Default the only one, or <see cref="InboxProvider.Sqlite"/> of
    /// several.
    /// </summary>
    public InboxProvider? Provider { get; set; }

    /// <summary>
    /// How to open the store. For PostgreSQL <c>Host=db.example;Database=cleansync;Username=cleansync;Password=...</c>, a direct connection or a
    /// session of a pooler: locks and notifications belong to a session. May be <c>file:/path</c>. Default <c>Data Source=cleansync.db</c>.
    /// </summary>
    [Secret]
    public string ConnectionString { get; set; } = "Data Source=cleansync.db";

    /// <summary>How long a failing contact is retried before it is parked; 1 minute to 30 days. Default 3 days.</summary>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromDays(3);
}

/// <summary>How long outcomes are kept.</summary>
public sealed class HistoryOptions
{
    /// <summary>The age at which an outcome is removed; 1 hour to 3650 days. Default 30 days.</summary>
    public TimeSpan Keep { get; set; } = TimeSpan.FromDays(30);
}

/// <summary>The mail server for welcome mails.</summary>
public sealed class SmtpOptions
{
    /// <summary>The name or address of the server. Default none.</summary>
    public string? Host { get; set; }

    /// <summary>The port: 465 speaks TLS from the first byte, every other one STARTTLS. Default 587.</summary>
    public int Port { get; set; } = 587;

    /// <summary>The account to sign in with. Default none: mails are sent without signing in.</summary>
    public string? Username { get; set; }

    /// <summary>The account's password. May be <c>file:/path</c>.</summary>
    [Secret]
    public string? Password { get; set; }

    /// <summary>The sender, as <c>shop@example.com</c> or <c>Shop &lt;shop@example.com&gt;</c>.</summary>
    public string? From { get; set; }
}

/// <summary>Marks a setting whose value is never shown and may be written as <c>file:/path</c>, to be read from that file.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;
