using System.Net;
using CleanSync.Infrastructure.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace CleanSync.AspNetCore;

/// <summary>Believes <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> of the trusted proxies and of nobody else. Read at start.</summary>
internal sealed class ForwardedAddresses(IOptionsMonitor<CleanSyncOptions> options) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
        app =>
        {
            var proxies = options.CurrentValue.TrustedProxies;
            if (proxies.Count > 0)
                app.UseForwardedHeaders(Trusting(proxies));
            next(app);
        };

    private static ForwardedHeadersOptions Trusting(IEnumerable<string> proxies)
    {
        var trusting = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            // A chain of proxies is followed as far as it is trusted.
            ForwardLimit = null,
        };
        trusting.KnownProxies.Clear();
        trusting.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
                trusting.KnownProxies.Add(address);
            else
                trusting.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
        }
        return trusting;
    }
}
