using CleanSync.Application;
using CleanSync.Domain;
using CleanSync.Infrastructure.Sandbox;

namespace CustomRule;

/// <summary>Some contacts, and what became of each.</summary>
internal static class Demonstration
{
    public static async Task Run(IServiceProvider services, SandboxEnds sandbox)
    {
        var cleanSync = services.GetRequiredService<ICleanSync>();
        var ann = Contact("ann@example.com", "Member: Gold", "Order 2021", "Order 2019");
        var bob = Contact("bob@example.com", "Order 2024");
        var cleo = Contact("cleo@partner.example", "Member: Gold");
        var dan = Contact("dan@example.com");

        foreach (var contact in new[] { ann, bob, cleo, dan })
            await Tell(contact, new AddUser("shop", contact));

        sandbox.Account.RemoveTag(ann, "Member: Gold");
        sandbox.Account.AddTag(bob, "Member: Gold");
        foreach (var contact in new[] { ann, bob })
            await Tell(contact, new UpdateUser("shop", contact));

        long Contact(string email, params string[] tags) =>
            sandbox.Account.AddContact(new SandboxDetails { Email = email, Tags = tags });

        async Task Tell(long contact, IUseCase<SyncOutcome> work)
        {
            var outcome = await cleanSync.Run(work);
            var user = sandbox.Users.FirstOrDefault(user => user.Id == outcome.UserId);
            var since = user?.Values.GetValueOrDefault("customer_since") as FieldContent.Text;
            Console.WriteLine(
                $"{sandbox.Account.Contact(contact)!.Email}: {outcome}"
                    + (user is null ? "" : $", {string.Join(',', user.Roles)}, customer since {since?.Value ?? "-"}")
                    + string.Concat(outcome.Warnings.Select(warning => $", {warning}"))
            );
        }
    }
}
