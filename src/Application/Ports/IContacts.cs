using CleanSync.Domain;

namespace CleanSync.Application.Ports;

/// <summary>The contacts of one site's ActiveCampaign account. Concurrent asks are gathered into few requests.</summary>
/// <remarks>
/// Every member throws <see cref="TransientException"/> when the account cannot answer now,
/// <see cref="SiteHeldException"/> when it refuses the credentials, and <see cref="PermanentException"/> when it refuses the
/// request for good.
/// </remarks>
public interface IContacts
{
    /// <summary>Loads a contact with all field values and tags.</summary>
    /// <param name="id">The contact id.</param>
    /// <param name="cancellationToken">Ends the wait of this caller only; a request shared with others goes on.</param>
    /// <returns>The contact, or null when it is gone: not found when asked for singly, or marked as deleted.</returns>
    Task<Contact?> Find(long id, CancellationToken cancellationToken);

    /// <summary>As <see cref="Find"/>, by requests for this contact alone; <see cref="Contact.ReadAlone"/> is true.</summary>
    Task<Contact?> FindAlone(long id, CancellationToken cancellationToken);

    /// <summary>Lists contacts page by page, 100 a page at most, behind everything else that is asked of the account.</summary>
    /// <param name="query">Which contacts.</param>
    /// <param name="after">The last contact of the page before; 0 for the first page.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="PermanentException">
    /// The account does not know the tag or the list, or it answers others than it was asked for: then nothing must be concluded from it.
    /// </exception>
    Task<ContactPage> List(ContactQuery query, long after, CancellationToken cancellationToken);

    /// <summary>The id of the contact with exactly this email, without regard to case; null when there is none.</summary>
    Task<long?> FindIdByEmail(string email, CancellationToken cancellationToken);

    /// <summary>Writes custom fields of a contact in one request.</summary>
    /// <param name="id">The contact id.</param>
    /// <param name="values">Values by field reference: personalization tag, with or without percent signs, or field id.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whether it was written, or why it never will be.</returns>
    Task<FieldWrite> Write(long id, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken);

    /// <summary>Which of these field references name no custom field of the account.</summary>
    /// <param name="references">Personalization tags, with or without percent signs, or field ids.</param>
    /// <param name="cancellationToken">Cancels.</param>
    Task<IReadOnlyList<string>> UnknownFields(
        IReadOnlyCollection<string> references,
        CancellationToken cancellationToken
    );

    /// <summary>Makes one cheap request that needs the credentials; returns when they are accepted.</summary>
    Task Probe(CancellationToken cancellationToken);
}

/// <summary>The end of a write to a contact.</summary>
public enum FieldWrite
{
    /// <summary>It is stored.</summary>
    Written,

    /// <summary>The contact is gone.</summary>
    ContactGone,

    /// <summary>A field reference names no field of the account.</summary>
    UnknownField,

    /// <summary>The account refused the values.</summary>
    Refused,
}
