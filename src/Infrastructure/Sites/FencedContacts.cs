using CleanSync.Application.Ports;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Sites;

/// <summary>
/// Contacts of the application's own, which are written only while this process may work the site (SPEC 5.4). ActiveCampaign needs none: there
/// <see cref="WriteFence"/> stands right before each request.
/// </summary>
internal sealed class FencedContacts(IContacts contacts, IWorkerRole role, string site) : IContacts
{
    public Task<Contact?> Find(long id, CancellationToken cancellationToken) => contacts.Find(id, cancellationToken);

    public Task<Contact?> FindAlone(long id, CancellationToken cancellationToken) =>
        contacts.FindAlone(id, cancellationToken);

    public Task<ContactPage> List(ContactQuery query, long after, CancellationToken cancellationToken) =>
        contacts.List(query, after, cancellationToken);

    public Task<long?> FindIdByEmail(string email, CancellationToken cancellationToken) =>
        contacts.FindIdByEmail(email, cancellationToken);

    public Task<FieldWrite> Write(
        long id,
        IReadOnlyDictionary<string, string> values,
        CancellationToken cancellationToken
    )
    {
        WriteFence.Check(role, site);
        return contacts.Write(id, values, cancellationToken);
    }

    public Task<IReadOnlyList<string>> UnknownFields(
        IReadOnlyCollection<string> references,
        CancellationToken cancellationToken
    ) => contacts.UnknownFields(references, cancellationToken);

    public Task Probe(CancellationToken cancellationToken) => contacts.Probe(cancellationToken);
}
