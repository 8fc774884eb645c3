namespace CleanSync.Infrastructure.Sandbox;

/// <summary>A contact of the sandbox as it is now.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Email">Its email, or empty.</param>
/// <param name="FirstName">First name, or empty.</param>
/// <param name="LastName">Last name, or empty.</param>
/// <param name="Phone">Phone, or empty.</param>
/// <param name="OrganizationName">Organisation, or empty.</param>
/// <param name="Fields">Values of custom fields by personalization tag, without percent signs; only those that are set.</param>
/// <param name="Tags">Names of its tags, in the order they were added.</param>
/// <param name="UpdatedAt">When it last changed.</param>
/// <param name="Deleted">Whether it was deleted or merged away.</param>
public sealed record SandboxContact(
    long Id,
    string Email,
    string FirstName,
    string LastName,
    string Phone,
    string OrganizationName,
    IReadOnlyDictionary<string, string> Fields,
    IReadOnlyList<string> Tags,
    DateTimeOffset UpdatedAt,
    bool Deleted
);

/// <summary>Properties of a contact to be added or changed; null leaves one as it is.</summary>
public sealed record SandboxDetails
{
    /// <summary>The email.</summary>
    public string? Email { get; init; }

    /// <summary>First name.</summary>
    public string? FirstName { get; init; }

    /// <summary>Last name.</summary>
    public string? LastName { get; init; }

    /// <summary>Phone.</summary>
    public string? Phone { get; init; }

    /// <summary>Organisation.</summary>
    public string? OrganizationName { get; init; }

    /// <summary>Values by personalization tag, with or without percent signs; an unknown one becomes a new text field.</summary>
    public IReadOnlyDictionary<string, string> Fields { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Names of tags to add; an unknown one becomes a new tag.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];
}

/// <summary>A custom field of the sandbox.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Title">Its title.</param>
/// <param name="Type">Its type, for instance <c>text</c>, <c>listbox</c> or <c>date</c>.</param>
/// <param name="PersonalizationTag">Its personalization tag, upper case, without percent signs.</param>
public sealed record SandboxField(long Id, string Title, string Type, string PersonalizationTag);

/// <summary>What has changed in the sandbox, named as ActiveCampaign names the event.</summary>
/// <param name="type"><c>update</c>, <c>contact_tag_added</c> or <c>contact_tag_removed</c>.</param>
/// <param name="contact">The contact.</param>
/// <param name="tag">The name of the tag; null for an update.</param>
/// <param name="source">Who changed it: <c>admin</c>, a person at the page, or <c>api</c>.</param>
public sealed class SandboxChangedEventArgs(string type, long contact, string? tag, string source) : EventArgs
{
    /// <summary>The event.</summary>
    public string Type { get; } = type;

    /// <summary>The contact.</summary>
    public long Contact { get; } = contact;

    /// <summary>The name of the tag; null for an update.</summary>
    public string? Tag { get; } = tag;

    /// <summary>Who changed it.</summary>
    public string Source { get; } = source;
}
