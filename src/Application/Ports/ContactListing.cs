namespace CleanSync.Application.Ports;

/// <summary>Which contacts are listed.</summary>
public abstract record ContactQuery
{
    private ContactQuery() { }

    /// <summary>All of them.</summary>
    public sealed record Everyone : ContactQuery;

    /// <summary>Those that carry a tag.</summary>
    /// <param name="Tag">Its name.</param>
    public sealed record WithTag(string Tag) : ContactQuery;

    /// <summary>Those on a list, whatever their status there.</summary>
    /// <param name="List">Its name or id.</param>
    public sealed record OnList(string List) : ContactQuery;

    /// <summary>Those that were changed since then.</summary>
    /// <param name="When">The earliest time of change, by the account's clock.</param>
    /// <param name="Tag">Only those that carry this tag; null for any.</param>
    public sealed record UpdatedSince(DateTimeOffset When, string? Tag = null) : ContactQuery;
}

/// <summary>A contact in a list.</summary>
/// <param name="Id">The contact id.</param>
/// <param name="UpdatedAt">When it was changed last, as far as the account says.</param>
public sealed record ListedContact(long Id, DateTimeOffset? UpdatedAt);

/// <summary>A page of a list, in the order of ids.</summary>
/// <param name="Contacts">Its contacts.</param>
/// <param name="AnsweredAt">When the account answered, by its own clock.</param>
/// <param name="Total">How many contacts there are from this page on; null when the account does not say.</param>
/// <param name="IsLast">Whether nothing comes after it.</param>
public sealed record ContactPage(
    IReadOnlyList<ListedContact> Contacts,
    DateTimeOffset AnsweredAt,
    long? Total,
    bool IsLast
);
