using CleanSync.Application;
using CleanSync.Infrastructure.Sandbox;

namespace CustomUserDirectory;

/// <summary>Two contacts become members, and one signs in with the password that came back to the contact.</summary>
internal static class Demonstration
{
    public static async Task Run(IServiceProvider services, SandboxEnds sandbox)
    {
        var cleanSync = services.GetRequiredService<ICleanSync>();
        var members = services.GetRequiredService<MemberDirectory>();
        sandbox.Account.Seed();

        await Tell("Ada", new AddUser("club", 1, Role: "Trainer"));
        await Tell("Grace", new AddUser("club", 4, Role: "board"));

        var password = sandbox.Account.Contact(1)!.Fields["WPPASSWORD"];
        Console.WriteLine($"Ada signs in: {members.SignIn("ada@example.com", password)}");

        sandbox.Account.EditContact(4, new SandboxDetails { FirstName = "Amazing Grace", Tags = ["VIP"] });
        await Tell("Grace", new UpdateUser("club", 4));

        foreach (var id in new long[] { 1, 2 })
        {
            var member = (await members.FindById(id, default))!;
            Console.WriteLine(
                $"member {id}: {member.Email}, {string.Join(',', member.Roles)}, {string.Join(',', member.Tags!.Order(StringComparer.Ordinal))}"
            );
        }
        Console.WriteLine($"kept in {services.GetRequiredService<MemberSettings>().File}");

        async Task Tell(string name, IUseCase<SyncOutcome> work)
        {
            var outcome = await cleanSync.Run(work);
            Console.WriteLine(
                $"{name}: {string.Join(", ", outcome.Warnings.Select(w => $"{w}").Prepend($"{outcome}"))}"
            );
        }
    }
}
