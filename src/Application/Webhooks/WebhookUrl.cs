using System.Net;
using CleanSync.Domain;

namespace CleanSync.Application.Webhooks;

/// <summary>The URL of a webhook, taken apart as the receiver does it: names without regard to case, the last one counts.</summary>
internal sealed class WebhookUrl
{
    private const string ActionName = "wpf_action";
    private const string ShortActionName = "action";
    private const string KeyName = "access_key";
    private const string RoleName = "role";
    private const string Mask = "***";

    private readonly Uri _address;
    private readonly IReadOnlyList<(string Name, string Value)> _parameters;

    private WebhookUrl(Uri address, IReadOnlyList<(string Name, string Value)> parameters) =>
        (_address, _parameters) = (address, parameters);

    /// <summary>What it asks for; null when it does not say, or nothing that is known.</summary>
    public SyncAction? Action => ActionNames.Find(Value(ActionName) ?? Value(ShortActionName));

    /// <summary>Its access key; null when there is none.</summary>
    public string? AccessKey => Value(KeyName);

    /// <summary>The role that it names; null when there is none.</summary>
    public string? Role => Value(RoleName);

    /// <summary>The whole URL, with its key: for the account alone.</summary>
    public string Secret =>
        _address.GetLeftPart(UriPartial.Path)
        + "?"
        + string.Join('&', _parameters.Select(p => $"{Uri.EscapeDataString(p.Name)}={Uri.EscapeDataString(p.Value)}"));

    /// <summary>Takes a URL apart; null when it is none.</summary>
    public static WebhookUrl? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
            ? new WebhookUrl(
                url,
                [
                    .. url
                        .Query.TrimStart('?')
                        .Split('&', StringSplitOptions.RemoveEmptyEntries)
                        .Select(pair => pair.Split('=', 2))
                        .Select(pair => (Decoded(pair[0]), pair.Length > 1 ? Decoded(pair[1]) : "")),
                ]
            )
            : null;

    /// <summary>The URL of a new webhook.</summary>
    /// <param name="address">Where it is sent, without query.</param>
    /// <param name="action">What it asks for.</param>
    /// <param name="key">The access key.</param>
    /// <param name="role">The role that it names; null for none.</param>
    public static WebhookUrl Of(Uri address, SyncAction action, string key, string? role) =>
        new WebhookUrl(address, [(ActionName, ActionNames.Of(action))]).At(address, key, role);

    /// <summary>The same request in the name of this key, whatever else it carries; a role only if one is named.</summary>
    public WebhookUrl At(Uri address, string key, string? role)
    {
        var mended = With(_parameters, KeyName, key);
        return new WebhookUrl(address, role is null ? mended : With(mended, RoleName, role));
    }

    /// <summary>Whether it is sent to this address: scheme, host, port and path, a trailing slash aside.</summary>
    public bool IsTo(Uri address) =>
        string.Equals(_address.Scheme, address.Scheme, StringComparison.Ordinal)
        && string.Equals(_address.IdnHost, address.IdnHost, StringComparison.OrdinalIgnoreCase)
        && _address.Port == address.Port
        && string.Equals(
            _address.AbsolutePath.TrimEnd('/'),
            address.AbsolutePath.TrimEnd('/'),
            StringComparison.OrdinalIgnoreCase
        );

    /// <summary>What may be shown: address, action and role. Other parameters may hide a key that was mistyped.</summary>
    public override string ToString() =>
        _address.GetLeftPart(UriPartial.Path)
        + (Action is { } action ? $"?{ActionName}={ActionNames.Of(action)}" : "?")
        + (Role is { } role ? $"&{RoleName}={Uri.EscapeDataString(role)}" : "")
        + (AccessKey is null ? "" : $"&{KeyName}={Mask}");

    private string? Value(string name)
    {
        var value = _parameters.LastOrDefault(p => Same(p.Name, name)).Value?.Trim();
        return string.IsNullOrEmpty(value) ? null : value;
    }

    private static IReadOnlyList<(string Name, string Value)> With(
        IEnumerable<(string Name, string Value)> parameters,
        string name,
        string value
    ) => [.. parameters.Where(p => !Same(p.Name, name)), (name, value)];

    private static bool Same(string one, string two) => string.Equals(one, two, StringComparison.OrdinalIgnoreCase);

    private static string Decoded(string text) => WebUtility.UrlDecode(text);
}
