using CleanSync.Application;
using MediatR;

namespace ExistingWebApplication;

/// <summary>
/// Called when the work is recorded, in a scope of its own. What it throws is logged, and the user stays created. A process that dies right
/// then never calls it, so what must not be missed belongs into a job of the application that looks for it.
/// </summary>
public sealed class GiftForNewUsers(Orders orders) : INotificationHandler<UserCreated>
{
    public Task Handle(UserCreated notification, CancellationToken cancellationToken)
    {
        orders.Note($"a gift for user {notification.UserId}");
        return Task.CompletedTask;
    }
}
