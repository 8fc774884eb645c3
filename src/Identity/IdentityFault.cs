using System.Data.Common;
using System.Net.Sockets;
using CleanSync.Application.Ports;
using Microsoft.EntityFrameworkCore;

namespace CleanSync.Identity;

/// <summary>The user was changed by somebody else between read and write.</summary>
internal sealed class ConflictException() : Exception("identity: the user was changed meanwhile");

/// <summary>
/// Tells what a fault of the database means. What is about the data will not pass; everything else may: a lost connection, a
/// time-out, a deadlock, a locked file, a full disk. Reasons name codes only, since messages may hold values.
/// </summary>
internal static class IdentityFault
{
    // SQLite's codes: a constraint and a value that is too large.
    private const int Constraint = 19;
    private const int TooBig = 18;

    // Busy, locked and full: told before anything of a commit is written.
    private static readonly HashSet<int> NotBegun = [5, 6, 13];

    // Numbers of SQL Server: null, foreign key, truncation, arithmetic overflow, unique index and unique constraint.
    private static readonly HashSet<string> DataNumbers = new(StringComparer.Ordinal)
    {
        "515",
        "547",
        "2601",
        "2627",
        "2628",
        "8115",
        "8152",
    };

    /// <summary>Whether it is a fault of the database that is not told as the port wants it yet.</summary>
    public static bool IsFault(Exception error, CancellationToken cancellationToken) =>
        error switch
        {
            TransientException or PermanentException => false,
            // The application's UserManager may listen to the end of a request of its own.
            OperationCanceledException => !cancellationToken.IsCancellationRequested,
            _ => IsConflict(error) || Chain(error).Any(IsOfDatabase),
        };

    /// <summary>The fault as the port knows it.</summary>
    public static Exception Of(Exception error) =>
        error is OperationCanceledException
            ? new TransientException("identity: the application cancelled it", inner: error)
        : IsConflict(error) ? new TransientException("identity: the user is being changed by others", inner: error)
        : IsOfData(error) || !Chain(error).Any(inner => inner is not DbUpdateException && IsOfDatabase(inner))
            ? new PermanentException($"identity: the database refuses the data ({Code(error)})", error)
        : new TransientException($"identity: the database cannot do it now ({Code(error)})", inner: error);

    /// <summary>Whether the same work, begun anew, may succeed at once.</summary>
    public static bool IsConflict(Exception error) =>
        Chain(error)
            .Any(inner =>
                inner is ConflictException or DbUpdateConcurrencyException or DbException { SqlState: ['4', '0', ..] }
            );

    /// <summary>Whether the database refuses the data itself, for instance because of a unique index.</summary>
    public static bool IsOfData(Exception error) =>
        Chain(error)
            .OfType<DbException>()
            .Any(inner =>
                SqliteCode(inner) is Constraint or TooBig
                || inner.SqlState is ['2', '2' or '3', ..]
                || inner.Data["HelpLink.EvtID"] is string number && DataNumbers.Contains(number)
            );

    /// <summary>Whether a commit that failed with this was refused, so that nothing was written.</summary>
    public static bool IsRefusedCommit(Exception error) =>
        IsConflict(error)
        || IsOfData(error)
        || Chain(error).Any(inner => SqliteCode(inner) is { } code && NotBegun.Contains(code));

    private static bool IsOfDatabase(Exception error) =>
        error is DbException or DbUpdateException or TimeoutException or SocketException or IOException;

    private static string Code(Exception error) =>
        Chain(error).OfType<DbException>().FirstOrDefault() switch
        {
            { } sqlite when SqliteCode(sqlite) is { } code => $"SQLite {code}",
            { SqlState: { Length: > 0 } state } => state,
            { } other => other.GetType().Name,
            null => error.GetType().Name,
        };

    // The application chooses the provider; nothing of any is referenced here.
    private static int? SqliteCode(Exception error) =>
        error is DbException ? error.GetType().GetProperty("SqliteErrorCode")?.GetValue(error) as int? : null;

    private static IEnumerable<Exception> Chain(Exception error)
    {
        for (Exception? inner = error; inner is not null; inner = inner.InnerException)
            yield return inner;
    }
}
