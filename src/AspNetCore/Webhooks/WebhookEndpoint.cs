using CleanSync.Application;
using CleanSync.Application.Ports;
using CleanSync.AspNetCore.Keys;
using FluentValidation;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CleanSync.AspNetCore.Webhooks;

/// <summary>
/// One webhook, from its bytes to its answer:
/// <list type="number">
/// <item>read the parameters of query and body, whatever the key, so that a wrong key and a missing one take the same time,</item>
/// <item>check the key, which names the site,</item>
/// <item>understand the parameters,</item>
/// <item>store the request durably, and answer.</item>
/// </list>
/// </summary>
internal sealed partial class WebhookEndpoint(
    KeyCheck keys,
    ICleanSync cleanSync,
    InboxHealth health,
    ILogger<WebhookEndpoint> logger
)
{
    private const string Bearer = "Bearer ";
    private static readonly TimeSpan StoreRest = TimeSpan.FromSeconds(5);

    public async Task Handle(HttpContext context)
    {
        try
        {
            await Answer(context);
        }
        catch (BadHttpRequestException fault) when (!context.Response.HasStarted)
        {
            // The server's own word on a body that breaks HTTP or its limits.
            await WebhookAnswer.Problem(
                context.Response,
                fault.StatusCode,
                "The request cannot be read",
                "The body breaks the rules of HTTP or is too long; send parameters as a form of at most 64 KiB."
            );
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException && IsGone(context))
        {
            Log.Gone(logger);
        }
    }

    private async Task Answer(HttpContext context)
    {
        var (query, body) = (new WebhookParameters(), new WebhookParameters());
        FormReader.ReadQuery(
            context.Features.Get<SentQuery>()?.Query ?? context.Request.QueryString.Value ?? "",
            query
        );
        if (!await WebhookBody.Read(context.Request, body))
        {
            await WebhookAnswer.Problem(
                context.Response,
                StatusCodes.Status413PayloadTooLarge,
                "The body is too long",
                "A webhook has at most 4 MiB, its parameters in the first 64 KiB."
            );
            return;
        }
        var key = query.AccessKey ?? HeaderKey(context.Request) ?? body.AccessKey;
        if (keys.Find(key, context.Connection.RemoteIpAddress, out var keepAway) is { } site)
            await Serve(context, site, query, body);
        else
            await Refuse(context.Response, keepAway);
    }

    private Task Serve(HttpContext context, string site, WebhookParameters query, WebhookParameters body) =>
        WebhookReading.IsTest(query, body)
            ? WebhookAnswer.Tested(context.Response, site)
            : WebhookReading.Read(site, query, body) switch
            {
                WebhookReading.Understood webhook => Store(context, webhook.Command),
                WebhookReading.Misfit misfit => Reject(context.Response, misfit.Parameter, misfit.Remedy),
                var other => throw new InvalidOperationException($"{other} has no answer."),
            };

    private async Task Store(HttpContext context, ReceiveWebhook command)
    {
        // The sender never repeats a webhook: what he has sent is stored even if he does not wait for the answer. Only waiting
        // for an outcome ends with his connection.
        var cancellation = command.Wait is null ? CancellationToken.None : context.RequestAborted;
        try
        {
            await WebhookAnswer.Accepted(context.Response, await cleanSync.Run(command, cancellation));
        }
        catch (ValidationException fault)
        {
            var error = fault.Errors.FirstOrDefault();
            await Reject(context.Response, error?.PropertyName ?? "", error?.ErrorMessage ?? "is not valid");
        }
        catch (InboxUnavailableException fault)
        {
            health.Refused();
            Log.NotStored(logger, fault.InnerException!.GetType().Name);
            await WebhookAnswer.Problem(
                context.Response,
                StatusCodes.Status503ServiceUnavailable,
                "The webhook was not stored",
                "The inbox cannot store requests now; send it again later.",
                retryAfter: StoreRest
            );
        }
    }

    private Task Refuse(HttpResponse response, TimeSpan? keepAway)
    {
        const string remedy =
            "Give the key of the site as access_key in the URL, as X-Access-Key or as Authorization: Bearer.";
        if (keepAway is not { } wait)
            return WebhookAnswer.Problem(
                response,
                StatusCodes.Status403Forbidden,
                "The access key is wrong or missing",
                remedy,
                "access_key"
            );
        Log.Throttled(logger);
        return WebhookAnswer.Problem(
            response,
            StatusCodes.Status429TooManyRequests,
            "Too many requests without a valid access key",
            remedy,
            "access_key",
            wait
        );
    }

    private static Task Reject(HttpResponse response, string parameter, string remedy) =>
        WebhookAnswer.Problem(
            response,
            StatusCodes.Status400BadRequest,
            "A parameter is missing or cannot be understood",
            $"{parameter} {remedy}.",
            parameter
        );

    private static string? HeaderKey(HttpRequest request)
    {
        if (request.Headers.TryGetValue("X-Access-Key", out var header) && !string.IsNullOrWhiteSpace(header))
            return header.ToString().Trim();
        var authorization = request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization[Bearer.Length..].Trim()
            : null;
    }

    private static bool IsGone(HttpContext context) => context.RequestAborted.IsCancellationRequested;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "A sender hung up before his webhook was answered.")]
        public static partial void Gone(ILogger logger);

        [LoggerMessage(Level = LogLevel.Debug, Message = "An address sends requests without a valid key too often.")]
        public static partial void Throttled(ILogger logger);

        // The store says once what is wrong; this comes for each webhook.
        [LoggerMessage(Level = LogLevel.Error, Message = "A webhook was not stored ({Fault}) and was answered 503.")]
        public static partial void NotStored(ILogger logger, string fault);
    }
}
