using System.Collections.Concurrent;
using CleanSync.Application;
using FluentValidation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Moq;

namespace CleanSync.AspNetCore.Tests;

/// <summary>The endpoint on a real server, behind which commands are checked and remembered.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    public const string ShopKey = "Xq3vN0aB7cD9eF1gH2jK4mP6rS8tU5wY-_zZ";
    public const string NextShopKey = "9fE2kLm4Nn6Pp8Rr0Ss1Tt3Uu5Vv7Ww9XxYy";
    public const string ClubKey = "club-Key_0A1b2C3d4E5f6G7h8J9k0LmNoPq";
    public const string Path = "/webhooks/activecampaign";

    private readonly WebApplication _app;

    private Receiver(
        WebApplication app,
        Receiver.Log log,
        Mock<ICleanSync> cleanSync,
        ConcurrentQueue<ReceiveWebhook> stored
    ) =>
        (_app, Logged, CleanSync, Stored, Http) = (
            app,
            log,
            cleanSync,
            stored,
            new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
            {
                BaseAddress = new Uri(app.Urls.First()),
            }
        );

    public HttpClient Http { get; }
    public Log Logged { get; }
    public Mock<ICleanSync> CleanSync { get; }
    public ConcurrentQueue<ReceiveWebhook> Stored { get; }
    public IServiceProvider Services => _app.Services;
    public IConfigurationRoot Configuration => (IConfigurationRoot)_app.Configuration;

    public static async Task<Receiver> Start(
        Dictionary<string, string?>? settings = null,
        Action<WebApplication>? map = null,
        Action<IServiceCollection>? services = null
    )
    {
        var builder = WebApplication.CreateSlimBuilder();
        var log = new Log();
        var stored = new ConcurrentQueue<ReceiveWebhook>();
        var cleanSync = new Mock<ICleanSync>();
        cleanSync
            .Setup(m => m.Run(It.IsAny<IUseCase<WebhookReceipt>>(), It.IsAny<CancellationToken>()))
            .Returns(
                (IUseCase<WebhookReceipt> request, CancellationToken _) =>
                {
                    new ReceiveWebhook.Validator().ValidateAndThrow((ReceiveWebhook)request);
                    stored.Enqueue((ReceiveWebhook)request);
                    return Task.FromResult(new WebhookReceipt(stored.Count, null));
                }
            );
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(Sites());
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
        builder.Services.AddCleanSyncOptions(builder.Configuration).AddCleanSyncWebhooks();
        builder.Services.AddSingleton(cleanSync.Object);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        map?.Invoke(app);
        app.MapCleanSync();
        app.MapCleanSyncHealth();
        await app.StartAsync();
        return new Receiver(app, log, cleanSync, stored);
    }

    public static Dictionary<string, string?> Sites() =>
        Site("shop", ShopKey, NextShopKey).Concat(Site("club", ClubKey)).ToDictionary();

    public Task<HttpResponseMessage> Get(string query, string path = Path) => Http.GetAsync(path + query);

    public Task<HttpResponseMessage> Post(
        string query,
        string body,
        string? type = "application/x-www-form-urlencoded",
        string path = Path
    )
    {
        var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        return Http.PostAsync(path + query, content);
    }

    public ReceiveWebhook Only() => Assert.Single(Stored);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private static Dictionary<string, string?> Site(string name, params string[] keys) =>
        keys.Select((key, i) => KeyValuePair.Create($"CleanSync:Sites:{name}:AccessKeys:{i}", (string?)key))
            .Append(new($"CleanSync:Sites:{name}:ActiveCampaign:Url", "https://a.api-us1.com"))
            .Append(new($"CleanSync:Sites:{name}:ActiveCampaign:ApiToken", "token"))
            .Append(new($"CleanSync:Sites:{name}:WordPress:Url", $"https://{name}.example"))
            .Append(new($"CleanSync:Sites:{name}:WordPress:Username", "u"))
            .Append(new($"CleanSync:Sites:{name}:WordPress:ApplicationPassword", "p"))
            .ToDictionary();

    /// <summary>Everything that anyone logged, values of structured logs and scopes included.</summary>
    internal sealed class Log : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public string Text => string.Join('\n', _lines);

        public ILogger CreateLogger(string categoryName)
        {
            _lines.Enqueue("[" + categoryName + "]");
            return this;
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            Keep(state);
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
            Keep(state);
            if (exception is not null)
                _lines.Enqueue(exception.ToString());
        }

        public void Dispose() { }

        private void Keep(object? state)
        {
            _lines.Enqueue(state?.ToString() ?? "");
            if (state is IEnumerable<KeyValuePair<string, object?>> pairs)
                foreach (var pair in pairs)
                    _lines.Enqueue($"{pair.Key}={pair.Value}");
        }
    }
}
