using CleanSync.Domain;

namespace CleanSync.Application.Webhooks;

/// <summary>The names of actions in the URLs of webhooks (<c>wpf_action</c>), as WP Fusion has them.</summary>
internal static class ActionNames
{
    /// <summary>Every name, the mildest action first.</summary>
    public static IReadOnlyList<string> All { get; } = ["update_tags", "update", "add"];

    /// <summary>The name of an action.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is no action.</exception>
    public static string Of(SyncAction action) =>
        action switch
        {
            SyncAction.UpdateTags => "update_tags",
            SyncAction.Update => "update",
            SyncAction.Add => "add",
            _ => throw new ArgumentOutOfRangeException(nameof(action), action, "is no action"),
        };

    /// <summary>The action of that name, without regard to case; null when there is none.</summary>
    public static SyncAction? Find(string? name) =>
        name?.ToLowerInvariant() switch
        {
            "update_tags" => SyncAction.UpdateTags,
            "update" => SyncAction.Update,
            "add" => SyncAction.Add,
            _ => null,
        };
}
