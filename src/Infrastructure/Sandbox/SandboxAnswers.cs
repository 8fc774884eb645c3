using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace CleanSync.Infrastructure.Sandbox;

/// <summary>Answers in the account's manner: slashes escaped, internal names in errors, cookies nobody asked for.</summary>
internal static class SandboxAnswers
{
    public static SandboxResponse Ok(JsonNode body) => Json(200, body);

    public static SandboxResponse Created(JsonNode body) => Json(201, body);

    public static SandboxResponse NotFound(string entity, string id) =>
        Json(404, new JsonObject { ["message"] = $"No Result found for {entity} with id {id}" });

    public static SandboxResponse Forbidden() => Json(403, new JsonObject { ["message"] = "Forbidden" });

    public static SandboxResponse RelatedNotFound(string what) =>
        Json(
            404,
            Errors(
                new JsonObject
                {
                    ["status"] = 404,
                    ["title"] = "Not Found",
                    ["detail"] = what + " not found",
                }
            )
        );

    public static SandboxResponse DuplicateEmail() =>
        Json(
            422,
            Errors(
                new JsonObject
                {
                    ["title"] = "Email address already exists in the system",
                    ["detail"] = "",
                    ["code"] = "duplicate",
                    ["source"] = new JsonObject { ["pointer"] = "/data/attributes/email" },
                }
            )
        );

    public static SandboxResponse Missing(string attribute) =>
        Json(
            422,
            Errors(
                new JsonObject
                {
                    ["status"] = 422,
                    ["title"] = "Missing attribute",
                    ["source"] = new JsonObject { ["pointer"] = "/data/attributes/" + attribute },
                }
            )
        );

    public static SandboxResponse NoTagGiven() =>
        Json(
            400,
            Errors(
                new JsonObject
                {
                    ["title"] = "Invalid value for query parameter contactTag.tag",
                    ["detail"] = "No tag id provided",
                    ["source"] = new JsonObject { ["parameter"] = "contactTag.tag" },
                }
            ),
            [new("X-Ac-Error", "Code 9001")]
        );

    public static SandboxResponse TooFast() =>
        Json(429, new JsonObject { ["message"] = "Too Many Requests" }, [new("Retry-After", "1")]);

    public static SandboxResponse Bad() => Json(400, new JsonObject());

    public static SandboxResponse With(this SandboxResponse answer, params KeyValuePair<string, string>[] headers) =>
        answer with
        {
            Headers = [.. answer.Headers, .. headers],
        };

    public static KeyValuePair<string, string> Header(string name, int value) =>
        new(name, value.ToString(CultureInfo.InvariantCulture));

    private static JsonObject Errors(JsonObject error) => new() { ["errors"] = new JsonArray(error) };

    private static SandboxResponse Json(int status, JsonNode body, KeyValuePair<string, string>[]? headers = null) =>
        new(
            status,
            [
                new("Content-Type", "application/json"),
                new("Set-Cookie", "PHPSESSID=0a1b2c3d4e5f; path=/; HttpOnly; secure"),
                new("Set-Cookie", "em_acp_globalauth_cookie=deleted; expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/"),
                new("Set-Cookie", "em_acp_globalauth_cookie=5f4e3d2c; path=/; secure"),
                .. headers ?? [],
            ],
            // Inside JSON a slash only stands in texts, so that escaping it afterwards is safe.
            Encoding.UTF8.GetBytes(body.ToJsonString().Replace("/", "\\/", StringComparison.Ordinal))
        );
}
