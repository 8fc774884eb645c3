using System.Globalization;
using CleanSync.Domain;
using CleanSync.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

// Accepts from many callers at once and says of each request, once it is accepted, which contact and receipt it was.
// Ends only when it is killed.
var store = SqliteStore.Open(args[0], TimeProvider.System, NullLogger.Instance);
var output = TextWriter.Synchronized(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
await Task.WhenAll(Enumerable.Range(0, 32).Select(AcceptForEver));

async Task AcceptForEver(int caller)
{
    for (long contact = caller + 1; ; contact += 32)
    {
        var receipt = await store.Inbox.Accept("shop", contact, new SyncRequest(SyncAction.Add), default);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{contact} {receipt}"));
    }
}
