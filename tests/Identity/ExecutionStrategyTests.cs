using CleanSync.Application.Ports;
using Microsoft.EntityFrameworkCore.Storage;

namespace CleanSync.Identity.Tests;

/// <summary>An application that lets Entity Framework try again, as <c>EnableRetryOnFailure</c> of other providers does.</summary>
public sealed class ExecutionStrategyTests : IdentityTests
{
    public ExecutionStrategyTests() => Bed.Sqlite = sqlite => sqlite.ExecutionStrategy(of => new Again(of));

    [Fact, Trait("Spec", "2.4")]
    public async Task What_fails_in_the_middle_is_begun_anew_and_makes_one_user()
    {
        var faults = new Faults();
        Bed.Interceptors.Add(faults);
        await Start();
        (faults.At, faults.Times) = ("INSERT INTO \"AspNetUserTokens\"", 1);

        var user = await Created();

        Assert.Equal(-1, faults.Times);
        Assert.Equal(user.Id, (await Found("ann@example.test")).Id);
        await Users.Change(user.Id, Tagged("vip") with { Email = "anna@example.test" }, Stop);
        Assert.Equal(["vip"], (await Found("anna@example.test")).Tags!);
    }

    [Fact, Trait("Spec", "3.2")]
    public async Task A_create_whose_commit_was_not_answered_is_not_asked_for_twice()
    {
        var commits = new LostCommits();
        Bed.Interceptors.Add(commits);
        await Start();
        commits.Lose = true;

        var fault = await Assert.ThrowsAsync<TransientException>(() => Users.Create(Draft(), Stop));

        Assert.True(fault.Unanswered);
        Assert.Equal(1, commits.Lost);
    }

    private sealed class Again(ExecutionStrategyDependencies dependencies)
        : ExecutionStrategy(dependencies, maxRetryCount: 3, maxRetryDelay: TimeSpan.FromMilliseconds(1))
    {
        protected override bool ShouldRetryOn(Exception exception) =>
            exception is IOException or Microsoft.Data.Sqlite.SqliteException;
    }
}
