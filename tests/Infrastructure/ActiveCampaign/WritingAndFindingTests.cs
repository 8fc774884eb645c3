using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.Tests.ActiveCampaign;

public sealed class WritingAndFindingTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData("%WPPASSWORD%")]
    [InlineData("WPPASSWORD")]
    [InlineData("%wppassword%")]
    [InlineData("1")]
    [Trait("Spec", "3.1")]
    public async Task A_field_is_written_by_tag_or_id_in_one_request(string reference)
    {
        await using var rig = await AccountRig.Start();
        rig.Account.Seed();

        var end = await rig.Contacts.Write(1, Values((reference, "s3cret/ü"), ("%WPUSERNAME%", "ada")), None);

        Assert.Equal(FieldWrite.Written, end);
        Assert.Equal("s3cret/ü", rig.Account.Contact(1)!.Fields["WPPASSWORD"]);
        Assert.Equal("ada", rig.Account.Contact(1)!.Fields["WPUSERNAME"]);
        Assert.Equal("Gold", rig.Account.Contact(1)!.Fields["MEMBERSHIPLEVEL"]);
        Assert.Equal(1, rig.RequestsTo("PUT"));
    }

    [Fact]
    [Trait("Spec", "7.1")]
    public async Task An_unknown_field_is_looked_for_once_more_and_then_reported()
    {
        await using var rig = await AccountRig.Start();
        rig.Account.Seed();
        Assert.Equal(FieldWrite.UnknownField, await rig.Contacts.Write(1, Values(("%NONE%", "x")), None));
        Assert.Equal(0, rig.RequestsTo("PUT"));

        rig.Account.AddField("Later", "text", "LATER");

        Assert.Equal(FieldWrite.Written, await rig.Contacts.Write(1, Values(("%LATER%", "x")), None));
        Assert.Equal(2, rig.RequestsTo("GET /api/3/fields"));
    }

    [Fact]
    [Trait("Spec", "3.2")]
    public async Task A_write_to_a_contact_that_is_gone_says_so()
    {
        await using var rig = await AccountRig.Start();
        rig.Account.Seed();

        Assert.Equal(FieldWrite.ContactGone, await rig.Contacts.Write(9999, Values(("%WPPASSWORD%", "x")), None));
    }

    [Theory]
    [InlineData(400, "{}")]
    [InlineData(422, """{"errors":[{"title":"Invalid"}]}""")]
    [InlineData(422, "<html/>")]
    [Trait("Spec", "3.2")]
    public async Task A_refused_write_says_so(int status, string body)
    {
        await using var rig = await AccountRig.Start();
        rig.Account.Seed();
        rig.Server.Interfere = async context =>
        {
            if (context.Request.Method != "PUT")
                return false;
            await AccountRig.Write(context, status, body);
            return true;
        };

        Assert.Equal(FieldWrite.Refused, await rig.Contacts.Write(1, Values(("%WPPASSWORD%", "x")), None));
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, """{"result_code":0}""")]
    [InlineData(200, "{}")]
    [InlineData(502, "")]
    [InlineData(404, "<html/>")]
    [Trait("Spec", "3.2")]
    public async Task A_write_without_a_readable_answer_may_have_been_carried_out(int status, string body)
    {
        await using var rig = await AccountRig.Start();
        rig.Account.Seed();
        rig.Server.Interfere = async context =>
        {
            if (context.Request.Method != "PUT")
                return false;
            await AccountRig.Write(context, status, body);
            return true;
        };

        var error = await Assert.ThrowsAsync<TransientException>(() =>
            rig.Contacts.Write(1, Values(("%WPPASSWORD%", "s3cret")), None)
        );

        Assert.True(error.Unanswered);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ada@example.com", 1L)]
    [InlineData("ADA@Example.COM", 1L)]
    [InlineData("loud.person@example.com", 7L)]
    [InlineData("grace+newsletter@example.com", 4L)]
    [InlineData("李小龍@例え.jp", 3L)]
    [InlineData("nobody@example.com", null)]
    [InlineData("gone@example.com", null)]
    [InlineData("", null)]
    [Trait("Spec", "2.6")]
    public async Task A_contact_is_found_by_exactly_its_email_without_regard_to_case(string email, long? id)
    {
        await using var rig = await AccountRig.Start();
        rig.Account.Seed();

        Assert.Equal(id, await rig.Contacts.FindIdByEmail(email, None));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task Contacts_with_only_a_similar_email_are_not_taken_for_it()
    {
        await using var rig = await AccountRig.Start();
        rig.Answer(
            _ => true,
            200,
            """
            {"contacts":[{"id":"5","email":"xada@example.com"},{"id":"6","email":"ada@example.com.au"}],"meta":{"total":"2"}}
            """
        );

        Assert.Null(await rig.Contacts.FindIdByEmail("ada@example.com", None));
    }

    [Fact]
    [Trait("Spec", "2.6")]
    public async Task A_filter_that_the_account_ignores_never_reads_the_whole_account()
    {
        await using var rig = await AccountRig.Start();
        var rows = string.Join(
            ',',
            Enumerable.Range(1, 100).Select(i => $$"""{"id":"{{i}}","email":"p{{i}}@example.com"}""")
        );
        rig.Answer(_ => true, 200, $$$"""{"contacts":[{{{rows}}}],"meta":{"total":"4000000"}}""");

        await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.FindIdByEmail("ada@example.com", None));
        Assert.InRange(rig.Server.Requests, 1, 5);
    }

    private static Dictionary<string, string> Values(params (string Reference, string Value)[] values) =>
        values.ToDictionary(value => value.Reference, value => value.Value);
}
