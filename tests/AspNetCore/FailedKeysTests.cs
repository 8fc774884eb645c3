using System.Net;
using CleanSync.AspNetCore.Keys;
using Microsoft.Extensions.Time.Testing;

namespace CleanSync.AspNetCore.Tests;

[Trait("Spec", "1.7")]
public sealed class FailedKeysTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_window_ends_after_ten_minutes()
    {
        var failed = new FailedKeys(_time);
        var address = IPAddress.Parse("192.0.2.1");
        for (var i = 0; i < FailedKeys.Allowed; i++)
            Assert.Null(failed.Add(address, legacyKeys: false));
        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(TimeSpan.FromMinutes(6), failed.Add(address, legacyKeys: false));
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.Null(failed.Add(address, legacyKeys: false));
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    public void Addresses_of_one_sender_count_together(string one, string other, bool together)
    {
        var failed = new FailedKeys(_time);
        for (var i = 0; i < FailedKeys.Allowed; i++)
            failed.Add(IPAddress.Parse(one), legacyKeys: false);
        Assert.Equal(together, failed.Add(IPAddress.Parse(other), legacyKeys: false) is not null);
    }

    [Fact]
    public void Memory_is_bounded_and_the_oldest_is_forgotten_first()
    {
        var failed = new FailedKeys(_time);
        for (var i = 0; i < FailedKeys.Capacity + 5; i++)
            failed.Add(new IPAddress([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]), legacyKeys: false);
        Assert.Equal(FailedKeys.Capacity, failed.Remembered);
    }
}
