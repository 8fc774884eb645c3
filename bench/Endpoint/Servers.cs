using CleanSync.Application;
using FluentValidation;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CleanSync.Endpoint.Bench;

/// <summary>The two servers that are compared.</summary>
internal static class Servers
{
    public const string Key = "Xq3vN0aB7cD9eF1gH2jK4mP6rS8tU5wY-_zZ";

    public static Uri AddressOf(WebApplication app) => new(app.Urls.First());

    /// <summary>What the framework does by itself: a route, and a short JSON answer.</summary>
    public static async Task<WebApplication> Bare()
    {
        var app = Builder().Build();
        var answer = """{"status":"accepted","receipt":"1"}"""u8.ToArray();
        app.MapPost(
            "/webhooks/activecampaign",
            (RequestDelegate)(
                async context =>
                {
                    context.Response.ContentType = "application/json; charset=utf-8";
                    context.Response.ContentLength = answer.Length;
                    await context.Response.BodyWriter.WriteAsync(answer);
                }
            )
        );
        await app.StartAsync();
        return app;
    }

    /// <summary>The webhook endpoint, validation included, with an inbox that stores nothing.</summary>
    public static async Task<WebApplication> Webhook()
    {
        var builder = Builder();
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["CleanSync:Sites:shop:AccessKeys:0"] = Key,
                ["CleanSync:Sites:shop:ActiveCampaign:Url"] = "https://a.api-us1.com",
                ["CleanSync:Sites:shop:ActiveCampaign:ApiToken"] = "t",
                ["CleanSync:Sites:shop:WordPress:Url"] = "https://shop.example",
                ["CleanSync:Sites:shop:WordPress:Username"] = "u",
                ["CleanSync:Sites:shop:WordPress:ApplicationPassword"] = "p",
            }
        );
        builder.Services.AddSingleton<IRequestHandler<ReceiveWebhook, WebhookReceipt>, NoInbox>();
        builder.Services.AddCleanSync(builder.Configuration).UseSqlite().WithoutWorker().UseWebhooks();
        var app = builder.Build();
        app.MapCleanSync();
        await app.StartAsync();
        return app;
    }

    private static WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        return builder;
    }

    private sealed class NoInbox : IRequestHandler<ReceiveWebhook, WebhookReceipt>
    {
        private static readonly ReceiveWebhook.Validator Validator = new();

        public Task<WebhookReceipt> Handle(ReceiveWebhook request, CancellationToken cancellationToken)
        {
            Validator.ValidateAndThrow(request);
            return Task.FromResult(new WebhookReceipt(1, null));
        }
    }
}
