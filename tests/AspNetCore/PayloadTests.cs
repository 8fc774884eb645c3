using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace CleanSync.AspNetCore.Tests;

/// <summary>
/// Walks <c>Payloads</c>. A file holds the content type, the contact id expected or 400, an empty line, and the body as it came
/// over the wire. A new file is a new test.
/// </summary>
[Trait("Spec", "1.4")]
public sealed class PayloadTests(ReceiverFixture fixture) : IClassFixture<ReceiverFixture>
{
    private const string Url = $"{Receiver.Path}?wpf_action=add&access_key={Receiver.ShopKey}";
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Payloads");

    public static TheoryData<string> Files =>
        [
            .. Directory
                .GetFiles(Folder, "*.txt")
                .Select(file => Path.GetFileNameWithoutExtension(file)!)
                .Order(StringComparer.Ordinal),
        ];

    [Fact]
    public async Task A_part_in_a_charset_that_nobody_reads_is_no_fault_of_ours()
    {
        await using var receiver = await Receiver.Start();
        using var answer = await receiver.Post(
            $"?wpf_action=update_tags&contact_id=7&access_key={Receiver.ShopKey}",
            "--b\r\nContent-Disposition: form-data; name=\"role\"\r\nContent-Type: text/plain; charset=utf-7\r\n\r\nx\r\n--b--",
            "multipart/form-data; boundary=b"
        );
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(7, receiver.Only().Contact);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Each_recorded_or_odd_payload_is_read_as_it_should(string file)
    {
        var (type, expected, body) = Load(file);
        fixture.Receiver.Stored.Clear();
        using var answer = await Send(Url, type, body);

        Assert.Equal(expected == "400" ? HttpStatusCode.BadRequest : HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(
            expected == "400" ? [] : [expected],
            fixture.Receiver.Stored.Select(webhook => webhook.Contact.ToString())
        );
    }

    [Property(MaxTest = 300)]
    [Trait("Spec", "1.7")]
    public Property Whatever_bytes_come_the_answer_is_never_a_fault_of_ours()
    {
        var types = Gen.Elements(
            "application/x-www-form-urlencoded",
            "application/json",
            "multipart/form-data; boundary=a",
            "text/plain",
            ""
        );
        var bytes = ArbMap.Default.GeneratorFor<byte>().ArrayOf();
        var texts = Gen.Elements(
                "contact[id]=",
                "&",
                "%",
                "%5B",
                "{",
                "\"contact\":",
                "\"",
                "[",
                "}",
                "--a\r\n",
                ":",
                "id",
                "=",
                "7",
                "\r\n\r\n"
            )
            .ArrayOf()
            .Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts)));
        return Prop.ForAll(
            types.Zip(Gen.OneOf(bytes, texts)).ToArbitrary(),
            (input) =>
            {
                using var answer = Send(Url, input.Item1, input.Item2).GetAwaiter().GetResult();
                return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest;
            }
        );
    }

    [Theory]
    [Trait("Spec", "1.7")]
    [InlineData(
        "POST /webhooks/activecampaign?access_key=KEY HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        "400"
    )]
    [InlineData(
        "POST /webhooks/activecampaign?access_key=KEY HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
        "413"
    )]
    [InlineData("GET /webhooks/activecampaign?access_key=KEY&a=\u0001 HTTP/1.1\r\nHost: x\r\n\r\n", "400")]
    [InlineData("DELETE /webhooks/activecampaign?access_key=KEY HTTP/1.1\r\nHost: x\r\n\r\n", "405")]
    public async Task Broken_http_is_the_senders_fault(string request, string status) =>
        Assert.StartsWith(
            "HTTP/1.1 " + status,
            await RawHttp.Send(
                fixture.Receiver.Http.BaseAddress!,
                request.Replace("KEY", Receiver.ShopKey, StringComparison.Ordinal)
            ),
            StringComparison.Ordinal
        );

    private static (string Type, string Expected, byte[] Body) Load(string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder, file + ".txt"));
        var start = bytes.AsSpan().IndexOf("\n\n"u8);
        var head = Encoding.UTF8.GetString(bytes.AsSpan(0, start)).Split('\n');
        return (head[0], head[1], bytes[(start + 2)..]);
    }

    private Task<HttpResponseMessage> Send(string url, string type, byte[] body)
    {
        var content = new ByteArrayContent(body);
        if (type.Length > 0)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        return fixture.Receiver.Http.PostAsync(url, content);
    }
}

public sealed class ReceiverFixture : IAsyncLifetime
{
    internal Receiver Receiver { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Receiver = await Receiver.Start();

    public ValueTask DisposeAsync() => Receiver.DisposeAsync();
}
