using static CleanSync.Domain.Tests.People;

namespace CleanSync.Domain.Tests;

[Trait("Spec", "3.2")]
public sealed class CreationIntentTests
{
    private static readonly CreationIntent Intent = new(
        "token-1",
        "ann",
        "ann@example.test",
        Noon.AddMilliseconds(900),
        Noon,
        Answered: false,
        Generated: true
    );

    [Fact]
    public void The_token_alone_decides_where_the_site_keeps_it()
    {
        Assert.True(Intent.IsOrigin(AnnsUser with { CreationToken = "token-1", Login = "ann-2", Email = "x@y.test" }));
        var same = AnnsUser with { RegisteredAt = Noon };
        Assert.True(Intent.IsOrigin(same));
        Assert.False(Intent.IsOrigin(same with { CreationToken = "token-2" }));
        Assert.False(Intent.IsOrigin(same with { CreationToken = "TOKEN-1" }));
        Assert.False(Intent.IsOrigin(same with { CreationToken = "" }));
        Assert.False((Intent with { Token = "" }).IsOrigin(same with { CreationToken = "" }));
    }

    [Theory]
    [InlineData("ANN", "Ann@Example.TEST", 0, true)]
    [InlineData("ann", "ann@example.test", 3600, true)]
    [InlineData("ann", "ann@example.test", -1, false)]
    [InlineData("ann2", "ann@example.test", 0, false)]
    [InlineData("ann", "anna@example.test", 0, false)]
    public void Without_tokens_login_email_and_time_of_registration_decide(
        string login,
        string email,
        int secondsAfter,
        bool ours
    ) =>
        Assert.Equal(
            ours,
            Intent.IsOrigin(
                AnnsUser with
                {
                    Login = login,
                    Email = email,
                    RegisteredAt = Noon.AddSeconds(secondsAfter),
                }
            )
        );

    [Fact]
    public void A_user_registered_at_an_unknown_time_is_not_ours() => Assert.False(Intent.IsOrigin(AnnsUser));
}
