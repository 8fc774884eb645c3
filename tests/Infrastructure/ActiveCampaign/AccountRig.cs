using CleanSync.AspNetCore.Sandbox;
using CleanSync.Infrastructure.ActiveCampaign;
using CleanSync.Infrastructure.Sandbox;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace CleanSync.Infrastructure.Tests.ActiveCampaign;

/// <summary>The adapter, with the sandbox account behind it over real HTTP.</summary>
internal sealed class AccountRig : IAsyncDisposable
{
    private readonly List<IDisposable> _parts = [];

    private AccountRig(SandboxActiveCampaignServer server) => Server = server;

    public SandboxActiveCampaignServer Server { get; }

    public SandboxAccount Account => Server.Account;

    public AccountLimiter Limiter { get; private set; } = null!;

    public ActiveCampaignContacts Contacts { get; private set; } = null!;

    public ActiveCampaignWebhooks Webhooks { get; private set; } = null!;

    public static async Task<AccountRig> Start(AccountTimings? timings = null, TimeProvider? time = null)
    {
        var account = new SandboxAccount(time ?? TimeProvider.System);
        account.Behaviour.RequestsPerSecond = 0;
        var rig = new AccountRig(await SandboxActiveCampaignServer.Start(account));
        rig.Connect(account.Token, timings, time ?? TimeProvider.System);
        return rig;
    }

    /// <summary>A fresh adapter, with nothing remembered.</summary>
    public void Connect(string token, AccountTimings? timings = null, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        var http = AccountHttp.Create(Server.Url, token);
        Limiter = new AccountLimiter(time, 1000);
        timings ??= new AccountTimings { AfterForbidden = TimeSpan.FromMilliseconds(1) };
        Contacts = new ActiveCampaignContacts(
            http,
            Limiter,
            time,
            NullLogger<ActiveCampaignContacts>.Instance,
            timings
        );
        Webhooks = new ActiveCampaignWebhooks(http, Limiter, time, timings);
        _parts.AddRange([http, Limiter, Contacts]);
    }

    /// <summary>Answers every request whose path with query satisfies the condition by itself.</summary>
    public void Answer(
        Func<string, bool> when,
        int status,
        string body,
        params (string Name, string Value)[] headers
    ) =>
        Server.Interfere = async context =>
        {
            if (!when(context.Request.Path + context.Request.QueryString))
                return false;
            await Write(context, status, body, headers);
            return true;
        };

    public static async Task Write(
        HttpContext context,
        int status,
        string body,
        params (string Name, string Value)[] headers
    )
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=UTF-8";
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        await context.Response.WriteAsync(body);
    }

    public int RequestsTo(string prefix) =>
        Server.RequestLines.Count(line => line.StartsWith(prefix, StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        foreach (var part in Enumerable.Reverse(_parts))
            part.Dispose();
        await Server.DisposeAsync();
    }
}
