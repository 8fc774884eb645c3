using System.Diagnostics;

namespace CleanSync.Scenarios;

/// <summary>Waits for what real systems do by themselves.</summary>
internal static class Eventually
{
    // Many times as long as anything takes: a bound on hanging, so that a test that waits for nothing says so.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks again and again until it is so.</summary>
    public static async Task Is(Func<Task<bool>> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "What is waited for does not happen.");
            await Task.Delay(Pace, TestContext.Current.CancellationToken);
        }
    }

    /// <inheritdoc cref="Is(Func{Task{bool}})"/>
    public static Task Is(Func<bool> condition) => Is(() => Task.FromResult(condition()));
}
