namespace CleanSync.Domain;

/// <summary>A person in ActiveCampaign, as one complete answer of its API described them.</summary>
/// <param name="Id">The contact id, greater than zero.</param>
/// <param name="Email">The email as stored there; may be empty or invalid.</param>
/// <param name="FirstName">First name, or empty.</param>
/// <param name="LastName">Last name, or empty.</param>
/// <param name="Phone">Phone, or empty.</param>
/// <param name="OrganizationName">Name of the account (organisation), or empty.</param>
/// <param name="UpdatedAt">When the contact last changed (`udate`); null when the answer did not say.</param>
/// <param name="ReadAt">The Date header of the answer; null when there was none.</param>
/// <param name="Fields">Every custom field that the account defines, with this contact's value.</param>
/// <param name="Tags">Tag names. Only ever taken from an answer that held the complete list of this contact's tags.</param>
/// <param name="ReadAlone">True when the answer was about this contact only, so that an empty tag list is confirmed (SPEC 2.7).</param>
public sealed record Contact(
    long Id,
    string Email,
    string FirstName,
    string LastName,
    string Phone,
    string OrganizationName,
    DateTimeOffset? UpdatedAt,
    DateTimeOffset? ReadAt,
    IReadOnlyList<CustomField> Fields,
    IReadOnlySet<string> Tags,
    bool ReadAlone
);

/// <summary>One custom field of an ActiveCampaign account, with one contact's value.</summary>
/// <param name="Id">The field id, as digits.</param>
/// <param name="PersonalizationTag">The personalization tag without percent signs, upper case.</param>
/// <param name="Value">The raw value; empty when the contact has none. Several choices come as <c>||a||b||</c>.</param>
/// <param name="UpdatedAt">When this value was last set; null when the answer did not say.</param>
public sealed record CustomField(string Id, string PersonalizationTag, string Value, DateTimeOffset? UpdatedAt = null);
