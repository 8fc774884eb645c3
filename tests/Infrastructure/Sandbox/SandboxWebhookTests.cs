using CleanSync.Infrastructure.Sandbox;

namespace CleanSync.Infrastructure.Tests.Sandbox;

public sealed class SandboxWebhookTests
{
    private static readonly SandboxField[] Fields =
    [
        new(39, "Key", "text", "KEY"),
        new(40, "Choices", "listbox", "CHOICES"),
    ];

    private static readonly SandboxContact Robert = new(
        123456,
        "robert@example.com",
        "Robert",
        "",
        "+1 555-010-1234",
        "",
        new Dictionary<string, string> { ["KEY"] = "1111-2222" },
        ["[KRC] Registered for Challenge", "[KRC] Registered - 07/20/26"],
        DateTimeOffset.UnixEpoch,
        Deleted: false
    );

    [Fact]
    [Trait("Spec", "1.4")]
    public void A_standard_webhook_reads_as_the_recorded_one()
    {
        var body = SandboxWebhook.Standard(
            Robert,
            Fields,
            new DateTimeOffset(2026, 7, 18, 3, 1, 25, TimeSpan.Zero),
            "contact_tag_added",
            tag: "[KRC] Registered for Challenge"
        );

        Assert.Equal(
            "type=contact_tag_added&date_time=2026-07-17T22%3A01%3A25-05%3A00&initiated_from=admin&initiated_by=admin&list=0"
                + "&contact%5Bid%5D=123456&contact%5Bemail%5D=robert%40example.com&contact%5Bfirst_name%5D=Robert"
                + "&contact%5Blast_name%5D=&contact%5Bphone%5D=%2B1+555-010-1234&contact%5Bip%5D=127.0.0.1"
                + "&contact%5Btags%5D=%5BKRC%5D+Registered+for+Challenge%2C+%5BKRC%5D+Registered+-+07%2F20%2F26"
                + "&contact%5Bfields%5D%5B39%5D=1111-2222",
            body[..body.IndexOf("&contact%5Bcustomer", StringComparison.Ordinal)]
        );
        Assert.EndsWith(
            "&customer_acct_id=0&orgname=",
            body[..body.IndexOf("&tag=", StringComparison.Ordinal)],
            StringComparison.Ordinal
        );
        Assert.EndsWith("&tag=%5BKRC%5D+Registered+for+Challenge", body, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Spec", "1.4")]
    public void An_automation_keys_fields_by_tag_and_names_no_type()
    {
        var body = SandboxWebhook.Automation(Robert, Fields, 929);

        Assert.StartsWith("contact%5Bid%5D=123456&", body, StringComparison.Ordinal);
        Assert.EndsWith(
            "&contact%5Bip4%5D=127.0.0.1&contact%5Bfields%5D%5Bkey%5D=1111-2222&contact%5Bfields%5D%5Bchoices%5D=&seriesid=929",
            body,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("type=", body, StringComparison.Ordinal);
    }
}
