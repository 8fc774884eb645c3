using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CleanSync.Application.Ports;
using CleanSync.Domain;
using CleanSync.Infrastructure.Batching;
using CleanSync.Infrastructure.WordPress.Rest;
using Microsoft.Extensions.Logging;

namespace CleanSync.Infrastructure.WordPress.CoreRest;

/// <summary>
/// Changes users: gathered into core's batch route where the site allows it, else one request each. A refused value is left
/// out and the rest sent again; writing a value twice does no harm, and core does not undo what it wrote before it refused.
/// </summary>
internal sealed partial class UserChanger
{
    private const int LargestBatch = 25;
    private readonly RestClient _client;
    private readonly Kept<SiteSchema> _schema;
    private readonly string _tagsKey;
    private readonly ILogger _logger;
    private readonly Batcher<Job, ChangeReport> _batcher;

    public UserChanger(
        RestClient client,
        Kept<SiteSchema> schema,
        WordPressSite site,
        TimeProvider time,
        ILogger logger
    )
    {
        (_client, _schema, _tagsKey, _logger) = (client, schema, site.TagsMetaKey, logger);
        _batcher = new(Send, LargestBatch, TimeSpan.FromMilliseconds(4), TimeSpan.FromMilliseconds(20), time);
    }

    /// <inheritdoc cref="IUsers.Change"/>
    public async Task<ChangeReport> Change(long userId, UserChanges changes, CancellationToken cancellationToken)
    {
        var warnings = new List<Warning>();
        var parts = UserParts.Of(changes, await _schema.Get(cancellationToken), _tagsKey, warnings);
        return parts.IsEmpty
            ? new ChangeReport(false, [.. warnings])
            : await _batcher.Ask(new Job(userId, parts, [.. warnings]), cancellationToken);
    }

    /// <inheritdoc cref="IUsers.SetPassword"/>
    public async Task SetPassword(long userId, GeneratedPassword password, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["password"] = password.Text };
        var answer = await _client.Post(Route(userId), "_fields=id", body, cancellationToken);
        if (!answer.Succeeded)
            throw IsGone(answer)
                ? new PermanentException("wordpress: the user is gone")
                : RestFaults.Unexpected(answer);
    }

    private static string Route(long userId) => string.Create(CultureInfo.InvariantCulture, $"/wp/v2/users/{userId}");

    private async Task<IReadOnlyList<BatchAnswer<ChangeReport>>> Send(IReadOnlyList<Job> jobs)
    {
        var size = (await _schema.Get(CancellationToken.None)).BatchSize;
        var answers = await Task.WhenAll(
            size > 1 && jobs.Count > 1 ? jobs.Chunk(size).Select(SendBatch) : jobs.Select(SendOne)
        );
        return [.. answers.SelectMany(answer => answer)];
    }

    private async Task<BatchAnswer<ChangeReport>[]> SendOne(Job job) => [await Guarded(() => Finish(job, null))];

    private async Task<BatchAnswer<ChangeReport>[]> SendBatch(Job[] jobs)
    {
        if (jobs.Length == 1)
            return await SendOne(jobs[0]);
        RestAnswer answer;
        try
        {
            answer = await _client.PostBatch("/batch/v1", BatchBody(jobs), jobs.Length, CancellationToken.None);
        }
        catch (Exception error) when (error is TransientException or PermanentException)
        {
            return [.. jobs.Select(_ => new BatchAnswer<ChangeReport>(null, error))];
        }
        var items = Responses(answer, jobs.Length);
        if (items is null)
        {
            // One user's fatal error in some plugin loses the answer for all. Each alone, it hits only him.
            Log.BatchLost(_logger, jobs.Length, (int)answer.Status);
            if (answer.Error is not null)
                _schema.Forget();
        }
        return await Task.WhenAll(jobs.Select((job, i) => Guarded(() => Finish(job, items?[i]))));
    }

    private static JsonObject BatchBody(IEnumerable<Job> jobs) =>
        new()
        {
            ["validation"] = "normal",
            ["requests"] = new JsonArray([
                .. jobs.Select(job => new JsonObject
                {
                    ["method"] = "POST",
                    ["path"] = Route(job.UserId) + "?_fields=id",
                    ["body"] = UserParts.Body(job.Parts),
                }),
            ]),
        };

    private static List<RestAnswer>? Responses(RestAnswer answer, int count)
    {
        if (
            !answer.Succeeded
            || answer.Json is not { ValueKind: JsonValueKind.Object } json
            || !json.TryGetProperty("responses", out var list)
            || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() != count
        )
            return null;
        var items = new List<RestAnswer>();
        foreach (var item in list.EnumerateArray())
        {
            if (
                item.ValueKind != JsonValueKind.Object
                || !item.TryGetProperty("status", out var status)
                || !status.TryGetInt32(out var number)
                || !item.TryGetProperty("body", out var body)
            )
                return null;
            items.Add(new RestAnswer((HttpStatusCode)number, body, IsWrite: true));
        }
        return items;
    }

    /// <summary>Brings one user's change to its end, beginning with the answer that the batch held for him, if any.</summary>
    private async Task<ChangeReport> Finish(Job job, RestAnswer? answer)
    {
        var (userId, parts, warnings) = job;
        if (answer?.Error?.Code is "rest_batch_not_allowed")
        {
            _schema.Forget();
            answer = null;
        }
        while (!parts.IsEmpty)
        {
            answer ??= await _client.Post(Route(userId), "_fields=id", UserParts.Body(parts), CancellationToken.None);
            if (answer.Succeeded)
                break;
            if (IsGone(answer))
                return new ChangeReport(true, warnings);
            var refused = await Refused(parts, answer);
            if (refused.IsEmpty)
                return await FinishOneByOne(new Job(userId, parts, warnings));
            warnings = warnings.AddRange(refused.Select(part => PartRefusal.Warn(part, answer.Error!)));
            parts = parts.RemoveRange(refused);
            answer = null;
        }
        return new ChangeReport(false, warnings);
    }

    /// <summary>The site refuses something and does not say what: each value is sent alone.</summary>
    private async Task<ChangeReport> FinishOneByOne(Job job)
    {
        var warnings = job.Warnings;
        var refusals = 0;
        foreach (var part in job.Parts)
        {
            try
            {
                var report = await Finish(new Job(job.UserId, [part], []), null);
                if (report.UserGone)
                    return report with { Warnings = warnings };
                warnings = warnings.AddRange(report.Warnings);
            }
            catch (PermanentException) when (++refusals < job.Parts.Length)
            {
                warnings = warnings.Add(new Warning("value_refused", part.Subject));
            }
        }
        return new ChangeReport(false, warnings);
    }

    /// <summary>What of these the answer refuses; none when it does not say.</summary>
    private async Task<ImmutableArray<UserPart>> Refused(ImmutableArray<UserPart> parts, RestAnswer answer)
    {
        if (answer.Error is not { } error)
            throw RestFaults.Unexpected(answer);
        var named = PartRefusal.Find(parts, error);
        if (!named.IsEmpty)
            return named;
        if (error.Code is "rest_cannot_edit")
        {
            // Either our own rights are gone, which the question brings out, or this user is above us.
            await Connection.Ask(_client, CancellationToken.None);
            throw new PermanentException("wordpress: the connected user may not edit this user (rest_cannot_edit)");
        }
        var fault = RestFaults.Unexpected(answer);
        if (fault is not PermanentException && !PartRefusal.IsAboutMeta(error.Code))
            throw fault;
        if (parts.Length > 1)
            return [];
        return PartRefusal.IsAboutMeta(error.Code) ? parts : throw fault;
    }

    private static bool IsGone(RestAnswer answer) => answer.Error?.Code is "rest_user_invalid_id";

    private static async Task<BatchAnswer<ChangeReport>> Guarded(Func<Task<ChangeReport>> finish)
    {
        try
        {
            return new(await finish());
        }
        catch (Exception error) when (error is TransientException or PermanentException)
        {
            return new(null, error);
        }
    }

    private sealed record Job(long UserId, ImmutableArray<UserPart> Parts, ImmutableArray<Warning> Warnings);

    private static partial class Log
    {
        [LoggerMessage(
            EventId = 301,
            Level = LogLevel.Warning,
            Message = "The batch of {Count} changes came back without a usable answer (HTTP {Status}); they are sent one by one."
        )]
        public static partial void BatchLost(ILogger logger, int count, int status);
    }
}
