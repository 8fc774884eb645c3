using System.Text.Json;
using CleanSync.Application.Ports;

namespace CleanSync.Infrastructure.Tests.ActiveCampaign;

/// <summary>
/// Walks the answers in the folder Answers: each file says what the account answers to which path, and what must come of it
/// when contact 7 is asked for. A path that a file does not name is answered 503.
/// </summary>
public sealed class OddAnswersTests
{
    private const string Definitions = """
        {"fields":[{"id":"1","perstag":"LEVEL"},{"id":2,"perstag":"%interests%"}],"meta":{"total":"2"}}
        """;

    public static TheoryData<string> Files =>
        [.. Directory.EnumerateFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "ActiveCampaign", "Answers");

    [Theory]
    [MemberData(nameof(Files))]
    [Trait("Spec", "7.3")]
    [Trait("Spec", "2.7")]
    public async Task An_odd_answer_is_understood_or_is_a_passing_fault(string file)
    {
        using var text = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, file + ".json")));
        var (answers, expected) = (text.RootElement.GetProperty("answers"), text.RootElement.GetProperty("expect"));
        await using var rig = await AccountRig.Start();
        rig.Server.Interfere = async context =>
        {
            var path = context.Request.Path.Value!["/api/3/".Length..];
            if (answers.TryGetProperty(path, out var answer))
            {
                var body = answer.GetProperty("body");
                var raw = body.ValueKind == JsonValueKind.String ? body.GetString()! : body.GetRawText();
                await AccountRig.Write(context, answer.GetProperty("status").GetInt32(), raw);
            }
            else
            {
                await AccountRig.Write(context, path == "fields" ? 200 : 503, path == "fields" ? Definitions : "");
            }
            return true;
        };

        if (expected.GetProperty("outcome").GetString() == "transient")
        {
            await Assert.ThrowsAsync<TransientException>(() => rig.Contacts.Find(7, CancellationToken.None));
            return;
        }
        var contact = await rig.Contacts.Find(7, CancellationToken.None);
        if (expected.GetProperty("outcome").GetString() == "gone")
        {
            Assert.Null(contact);
            return;
        }
        var seen = new Dictionary<string, string>
        {
            ["email"] = contact!.Email,
            ["firstName"] = contact.FirstName,
            ["updated"] = contact.UpdatedAt?.ToUniversalTime().ToString("u") ?? "",
            ["tags"] = string.Join('|', contact.Tags.Order(StringComparer.Ordinal)),
            ["fields"] = string.Join(' ', contact.Fields.Select(f => $"{f.Id}:{f.PersonalizationTag}={f.Value}")),
        };
        foreach (var property in expected.EnumerateObject().Where(property => property.Name != "outcome"))
            Assert.Equal(property.Value.GetString(), seen[property.Name]);
    }
}
