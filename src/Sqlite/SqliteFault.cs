using System.Globalization;
using CleanSync.Application.Ports;
using Microsoft.Data.Sqlite;

namespace CleanSync.Sqlite;

/// <summary>Tells the faults of one operation from those of the store.</summary>
internal static class SqliteFault
{
    private const int Error = 1;
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;
    private const int Range = 25;

    /// <summary>Whether an error concerns what was asked for, so that others can be served all the same.</summary>
    public static bool IsOfOneOperation(Exception error) =>
        error is not SqliteException sqlite
        || sqlite.SqliteErrorCode is Error or TooBig or Constraint or Mismatch or Range;

    /// <summary>What callers see of a store that does not work now. It is nobody's fault, so it spends no attempt.</summary>
    public static TransientException OfTheStore(Exception error) =>
        new(
            error is SqliteException sqlite
                ? string.Create(CultureInfo.InvariantCulture, $"store: SQLite error {sqlite.SqliteExtendedErrorCode}")
                : "store: not available",
            spendsAttempt: false,
            inner: error
        );
}
