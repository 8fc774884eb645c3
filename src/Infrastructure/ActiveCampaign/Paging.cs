using System.Globalization;
using System.Text.Json;

namespace CleanSync.Infrastructure.ActiveCampaign;

/// <summary>
/// Reads a list to its end, page by page. Without an explicit limit ActiveCampaign answers with 20 rows and does not say so;
/// some lists carry no total, and on some the offset may have no effect.
/// </summary>
internal static class Paging
{
    /// <summary>The most rows a page has.</summary>
    public const int PageSize = 100;

    // The smallest page size known: a shorter page is the last one.
    private const int SmallestPage = 20;

    /// <summary>Every row of a list, in order and once; or a fault, when the list cannot be read to its end.</summary>
    /// <param name="client">The account.</param>
    /// <param name="path">Path and query without limit and offset.</param>
    /// <param name="key">The property that holds the rows.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<IReadOnlyCollection<JsonElement>> All(
        AccountClient client,
        string path,
        string key,
        CancellationToken cancellationToken
    )
    {
        var rows = new OrderedDictionary<long, JsonElement>();
        for (var offset = 0; ; )
        {
            var page = await Page(client, path, offset, cancellationToken);
            var more = page.Rows(key) ?? throw AccountFault.Unreadable();
            var before = rows.Count;
            foreach (var row in more)
                rows.TryAdd(row.Id("id") ?? throw AccountFault.Incomplete("a row without id"), row);
            var fresh = rows.Count - before;
            offset += more.Count;
            if (IsLast(page.Total(), rows.Count, more.Count, fresh))
                return rows.Values;
        }
    }

    /// <summary>One page.</summary>
    public static async Task<JsonElement> Page(
        AccountClient client,
        string path,
        int offset,
        CancellationToken cancellationToken
    )
    {
        var joint = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var paged = string.Create(CultureInfo.InvariantCulture, $"{path}{joint}limit={PageSize}&offset={offset}");
        var answer = await client.Get(paged, cancellationToken);
        // What the list belongs to was there a moment ago: the next attempt finds out.
        return answer.NotFound ? throw AccountFault.Incomplete("list not found") : answer.Succeeded().Body;
    }

    private static bool IsLast(int? total, int have, int onPage, int fresh)
    {
        if (total is { } all)
            return have >= all || (fresh > 0 ? false : throw AccountFault.Incomplete("the list ends too early"));
        // A full page that only repeats the ones before: the offset has no effect, so what follows stays unknown.
        if (fresh == 0 && onPage is SmallestPage or PageSize)
            throw AccountFault.Incomplete("the list repeats itself");
        return fresh == 0 || onPage < SmallestPage;
    }
}
